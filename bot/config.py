"""Every setting there is, as one frozen typed object: defaults < file < environment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from bot.config_mistakes import CheckJob, ConfigMistakes, Source, job_mistakes, sentences
from bot.config_values import (
    Count,
    DatabaseUrl,
    Endpoint,
    FileOrNothing,
    Folder,
    Positive,
    Seconds,
    Share,
    TimeOfDay,
    Zone,
    host_and_port,
    is_loopback,
    wrong,
)

OR_ALLOW = "请设 {}；网络可信时可设 plain_text_allowed = true"


class Section(BaseModel):
    """What all tables of the file have in common: unknown keys are errors, and no error repeats a value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class WeChat(Section):
    endpoint: Endpoint = Field("", description="网关地址，主机:端口，例如 127.0.0.1:18788")
    token: SecretStr = Field(SecretStr(""), description="网关口令；最好只放在环境变量 LOUZU_WECHAT__TOKEN 里")
    account: str = Field(
        "main", min_length=1, description="这个微信号在数据库里的名字；一个数据库接几个号时各起一个"
    )
    contact_id: str = Field("", description="只认这个微信 id 登录的号；留空则谁登录都行")
    tls: bool = Field(False, description="用 TLS 连接网关")
    ca: FileOrNothing = Field("", description="自签证书的文件（PEM）；留空用系统信任的")
    tls_name: str = Field("", description="证书上的名字，与地址里的主机不同时才填")
    plain_text_allowed: bool = Field(False, description="允许不加密地连接别的机器；口令和消息都会明文传输")
    takeover_after: Seconds = Field(60, description="网关被别的程序占着时，几秒后接管；0 表示从不")
    probe: Positive = Field(15, description="每隔几秒探一次网关是否还活着")
    call_timeout: Positive = Field(20, description="一次调用最多等几秒")

    @model_validator(mode="after")
    def _keeps_its_token(self) -> Self:
        safe = self.tls or self.plain_text_allowed or not self.endpoint
        if not safe and not is_loopback(host_and_port(self.endpoint)[0]):
            raise wrong(
                f"{self.endpoint} 不在本机，口令会明文传出去：{OR_ALLOW.format('tls = true')}", "endpoint"
            )
        return self

    def missing(self) -> list[str]:
        """What has to be set before the gateway can be reached, in Chinese."""
        wanted = {
            "endpoint 要写成 主机:端口，例如 127.0.0.1:18788": self.endpoint,
            "token 没有填": self.token.get_secret_value(),
        }
        return [what for what, value in wanted.items() if not value]


class Gateway(Section):
    puppet: str = Field(
        "wechaty-puppet-wechat4u", min_length=1, description="louzu gateway 用的 Wechaty puppet（npm 包名）"
    )
    endpoint: Endpoint = Field(
        "127.0.0.1:18788", min_length=1, description="louzu gateway 监听的地址；口令就是 [wechat] 的 token"
    )
    certificate: FileOrNothing = Field("", description="给别的机器用时的证书（PEM）")
    key: FileOrNothing = Field("", description="证书的私钥（PEM）")
    plain_text_allowed: bool = Field(False, description="允许别的机器不加密地连进来")

    @model_validator(mode="after")
    def _keeps_what_is_said(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            raise wrong("certificate 和 key 要一起填", "certificate" if self.key else "key")
        safe = self.certificate or self.plain_text_allowed
        if not safe and not is_loopback(host_and_port(self.endpoint)[0]):
            raise wrong(
                f"{self.endpoint} 给别的机器用却不加密：{OR_ALLOW.format('certificate 和 key')}", "endpoint"
            )
        return self


class Store(Section):
    url: DatabaseUrl = Field(
        SecretStr(""), description="数据库，sqlite:/// 或 postgresql:// 开头；留空用 data_dir 里的 louzu.db"
    )
    backups_kept: Count = Field(14, description="保留几份夜间备份")


class Reading(Section):
    speak_from: Share = Field(0.6, description="有几成把握是诉求，就在群里应一声（0 到 1）")
    ask_from: Share = Field(0.4, description="有几成把握，就私下请楼组长确认（0 到 1）")
    vocabulary: str = Field("", description="本小区自己的词；留空用 data_dir 里的 vocabulary.toml，没有也行")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ask_from > self.speak_from:
            raise wrong(f"{self.ask_from:g} 不能大于 speak_from（{self.speak_from:g}）", "ask_from")
        return self


class Pace(Section):
    gap_seconds: Seconds = Field(4, description="任何两条之间至少隔几秒")
    jitter_seconds: Seconds = Field(2, description="再随机多等零到几秒，免得像机器")
    gather_seconds: Seconds = Field(
        60, le=180, description="一个群刚收到一句“收到”，之后几秒内的合成一条说；0 为不合"
    )
    per_minute_room: Count = Field(6, description="一个群一分钟最多几条")
    per_minute: Count = Field(20, description="一个微信号一分钟最多几条")
    per_day: Count = Field(300, description="一个微信号一天最多几条")
    spread_seconds: Seconds = Field(600, description="各群的汇总分摊在几秒内发完")
    room_posts_a_day: Count = Field(60, description="一个群一天最多说几句，紧急的和汇总不算")
    per_person: Count = Field(10, description="一个人十分钟里最多得几次回话，紧急的另算")
    heard_per_minute: Count = Field(60, description="一个人一分钟最多听几条，再多的当没听见")
    throttled_minutes: Seconds = Field(30, description="微信提示操作过于频繁后，停几分钟不发")


class Quiet(Section):
    since: TimeOfDay = Field(
        time(22), alias="from", description="从几点起不出声，紧急的除外；与 until 相同表示没有安静时段"
    )
    until: TimeOfDay = Field(time(7), description="到几点为止")


class Clocks(Section):
    first_answer_minutes: Count = Field(7, description="几分钟内要有人应答（白天）")
    quick_days: Count = Field(1, description="快办几天内办好")
    listed_days: Count = Field(3, description="问题清单几天内有结果")
    street_days: Count = Field(5, description="转街道的几天内有结果")
    warn_before_hours: Positive = Field(4, description="到期前几小时提醒负责的人")
    quick_warn_before_hours: Positive = Field(2, description="快办到期前几小时提醒")
    working_days: bool = Field(True, description="按工作日算（含调休）；false 则按自然日算")
    workday_from: TimeOfDay = Field(time(8), description="白天从几点起")
    workday_until: TimeOfDay = Field(time(20), description="白天到几点为止")
    reopen_days: Count = Field(7, description="办结后几天内说没修好，仍用原来的编号")
    ask_after_days: Count = Field(3, description="办结几天后问一句修好了吗")

    @model_validator(mode="after")
    def _a_day(self) -> Self:
        if self.workday_from >= self.workday_until:
            raise wrong(
                f"{self.workday_from:%H:%M} 应早于 workday_until（{self.workday_until:%H:%M}）",
                "workday_from",
            )
        return self


class Keep(Section):
    text_days: Count = Field(180, description="诉求办完几天后抹去原话，只留统计")
    unsure_days: int = Field(7, ge=1, le=7, description="拿不准的最多留几天（不超过 7）")
    photo_minutes: Count = Field(10, description="前后几分钟内的照片算同一件事")
    memory_minutes: Count = Field(30, description="群里的闲谈在内存里记几分钟，从不存盘")
    seen_days: int = Field(30, ge=8, description="处理过的消息编号留几天，防止重复；更早的消息不再听")


class Job(Section):
    cron: str = Field("", description="什么时候做；留空用原来的时间")
    on: bool = Field(True, description="false 表示不做")


class Summaries(Section):
    reporters: Literal["none", "flat"] = Field(
        "none", description='汇总里怎么称呼报的人："none" 不提，"flat" 写到门牌'
    )
    empty: Literal["say", "silent"] = Field("say", description='一件都没有时："say" 说一句，"silent" 不发')
    lines: Count = Field(8, description="每一栏最多列几件，其余写成 等 N 件")
    card: bool = Field(True, description="周汇总附一张图片")


class Urgent(Section):
    trapped: str = Field("119 或 96333", description="有人被困（电梯）打什么电话")
    fire: str = Field("119", description="着火")
    gas: str = Field("119 和燃气公司抢修电话", description="燃气泄漏")
    electric: str = Field("95598，有人触电打 120", description="漏电、断线")
    flood: str = Field("物业值班电话", description="跑水、水淹")
    falling: str = Field("110", description="高空坠物")
    person: str = Field("120", description="有人突发疾病、受伤")
    violence: str = Field("110", description="打架、家暴")
    intruder: str = Field("110", description="小偷、闯入")
    fraud: str = Field("96110", description="正在被骗")
    property_desk: str = Field("", description="本小区物业的值班电话；留空不提")


class Web(Section):
    host: str = Field("127.0.0.1", min_length=1, description="在哪个地址上提供 /healthz 和 /metrics")
    port: int = Field(8750, ge=1, le=65535, description="端口")


class Log(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG、INFO、WARNING 或 ERROR"
    )
    format: Literal["text", "json"] = Field("text", description="text 给人看，json 给日志系统")


class Config(Section):
    data_dir: Folder = Field(Path("data"), description="数据文件夹：数据库、照片、备份都在里面，备份它就够了")
    timezone: Zone = Field(default_factory=lambda: ZoneInfo("Asia/Shanghai"), description="时区")
    neighbourhood: str = Field("本社区", min_length=1, description="社区或小区的名字，写在汇总的抬头")
    wechat: WeChat = Field(WeChat(), description="微信：怎样连接 Wechaty 网关")
    gateway: Gateway = Field(Gateway(), description="自带的网关：louzu gateway")
    store: Store = Field(Store(), description="数据库")
    reading: Reading = Field(Reading(), description="怎样读消息")
    pace: Pace = Field(Pace(), description="说话的快慢；默认值是为个人微信号不被限制而定的")
    quiet: Quiet = Field(Quiet(), description="安静时段")
    clocks: Clocks = Field(Clocks(), description="时限（7135）")
    keep: Keep = Field(Keep(), description="留多久")
    jobs: dict[str, Job] = Field(
        {},
        description='定时的事：改时间或停掉，每件写一节 [jobs.名字]，里面写 cron = "…" 或 on = false；名字和原来的时间见 README',
    )
    summaries: Summaries = Field(Summaries(), description="周汇总和月反馈")
    urgent: Urgent = Field(Urgent(), description="紧急时请大家打的电话")
    web: Web = Field(Web(), description="看运行状况的本机网页")
    log: Log = Field(Log(), description="日志，只记编号，不记说了什么")

    @property
    def database_url(self) -> str:
        """For SQLAlchemy; it may hold a password, so it is never shown."""
        return self.store.url.get_secret_value() or f"sqlite+aiosqlite:///{self.data_dir / 'louzu.db'}"


def load(path: Path | None, environ: Mapping[str, str], check_job: CheckJob | None = None) -> Config:
    """The settings of the file at `path` (None: no file) under those of `environ`.

    `check_job(name, cron)` says in Chinese what is wrong with a job, "" when nothing is.
    Raises ConfigMistakes with every mistake there is.
    """
    source = Source(path, environ)
    try:
        config, mistakes = Config.model_validate(source.values), []
    except ValidationError as error:
        config, mistakes = None, sentences(error, source, Config)
    mistakes = source.mistakes + mistakes + (job_mistakes(source, check_job) if check_job else [])
    if mistakes or config is None:
        raise ConfigMistakes(mistakes)
    return config
