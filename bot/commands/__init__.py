"""Every slash command, grouped by who uses it; importing this package declares them, in the order of the help."""

from bot.commands import resident, team, captain, reports, receivers, codes  # noqa: F401, I001
