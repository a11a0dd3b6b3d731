"""louzu bench: what the bot costs, as ratios of two things measured in turns in one run."""

from bot.bench.command import bench

__all__ = ["bench"]
