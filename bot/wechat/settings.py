"""What a WeChat account needs to know about its gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.config import Config
from bot.config_values import is_loopback


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """`endpoint` is "host:port"; `contact_id` the id the account must have, "" for any; times are seconds."""

    endpoint: str
    token: str = field(repr=False)
    tls: bool = False
    ca: Path | None = None
    """The certificate to trust; None trusts what the machine trusts."""
    tls_name: str = ""
    """The name in the gateway's certificate, where it is not the host."""
    plain_text_allowed: bool = False
    """Allows plain text to another machine, where the token and all talk can be read on the way."""
    contact_id: str = ""
    takeover_after: float = 0.0
    """Throw a second client off the gateway after this long; 0 waits for it to go."""
    probe: float = 15.0
    answer: float = 10.0
    """How long an answer to a probe may take."""
    call_timeout: float = 20.0
    head_of_line: float = 2.0
    """How long one message may hold up those behind it."""
    rest: float = 1800.0
    """How long nothing is sent once WeChat says that we do too much."""
    gap: float = 30.0
    """Silence longer than this is told."""

    @property
    def host(self) -> str:
        return self.endpoint.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.endpoint.rpartition(":")[2])

    def mistakes(self) -> list[str]:
        """What is wrong with them, in Chinese; empty when all is well."""
        wrong = []
        host, _, port = self.endpoint.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            wrong.append("endpoint 要写成 主机:端口，例如 127.0.0.1:18788")
        elif not (self.tls or self.plain_text_allowed or is_loopback(self.host)):
            wrong.append(
                "网关不在本机又没有开 tls：口令和聊天内容会明文传输；确要如此，请设 plain_text_allowed = true"
            )
        if not self.token:
            wrong.append("token 没有填")
        if self.ca and not self.ca.is_file():
            wrong.append("ca 指的证书文件不存在")
        return wrong


def settings_of(config: Config) -> WeChatSettings:
    """What the settings say of the gateway."""
    mine = config.wechat
    same = mine.model_dump(exclude={"account", "token", "ca"})
    token, ca = mine.token.get_secret_value(), Path(mine.ca) if mine.ca else None
    return WeChatSettings(**same, token=token, ca=ca, rest=config.pace.throttled_minutes * 60)
