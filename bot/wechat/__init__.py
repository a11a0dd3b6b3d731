"""Chat over a Wechaty gateway: connects, listens, sends, never dies; the only place that knows the wire."""

from bot.wechat.account import WeChat
from bot.wechat.journal import Journal
from bot.wechat.settings import WeChatSettings, settings_of

__all__ = ["Journal", "WeChat", "WeChatSettings", "settings_of"]
