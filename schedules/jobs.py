"""All jobs: importing this module is what declares them."""

from __future__ import annotations

from schedules import asking, clocks, nightly, reports  # noqa: F401 - each declares its own
from schedules.job import JOBS, Job, Notice, Tick, fires, trigger, triggers

__all__ = ["JOBS", "Job", "Notice", "Tick", "fires", "trigger", "triggers"]
