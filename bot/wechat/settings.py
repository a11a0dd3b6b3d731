"""What a WeChat account needs to know about its gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.config import Config


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


def settings_of(config: Config) -> WeChatSettings:
    """What the settings say of the gateway."""
    mine = config.wechat
    same = mine.model_dump(exclude={"account", "token", "ca"})
    token, ca = mine.token.get_secret_value(), Path(mine.ca) if mine.ca else None
    return WeChatSettings(**same, token=token, ca=ca, rest=config.pace.throttled_minutes * 60)
