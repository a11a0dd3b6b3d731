"""Our own Wechaty gateway: a short Node script over any puppet, with a durable replay ring."""

from bot.gateway.start import GatewaySettings, run

__all__ = ["GatewaySettings", "run"]
