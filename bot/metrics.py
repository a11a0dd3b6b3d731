"""What is counted while the bot lives; numbers only, in a registry of each bot's own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from bot.hearing import Hearing

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counted by the bot as it goes; the gauges are set when somebody looks."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double every line for nothing
        self.registry = registry = CollectorRegistry()
        self.heard = Counter("louzu_messages_heard", "Messages handled", registry=registry)
        self.passed_over = Counter(
            "louzu_messages_passed_over",
            "Messages of a flood or of long ago, not taken in",
            registry=registry,
        )
        self.opened = Counter("louzu_requests_opened", "Requests opened", ["route"], registry=registry)
        self.posts = Counter("louzu_posts", "Posts settled", ["end"], registry=registry)
        self.jobs = Counter("louzu_jobs_run", "Runs of jobs", ["job"], registry=registry)
        self.seconds = Histogram(
            "louzu_handling_seconds", "Handling one arrival", buckets=SECONDS, registry=registry
        )
        self.well = Gauge("louzu_gateway_well", "1 when connected and logged in", registry=registry)
        self.deaf = Gauge("louzu_deaf_seconds", "Time in which nothing could be heard", registry=registry)
        self.outbox_age = Gauge(
            "louzu_outbox_age_seconds", "Waiting time of the oldest post due", registry=registry
        )
        for end in ("said", "unknown", "dropped"):
            self.posts.labels(end)
        for route in ("quick", "listed"):
            self.opened.labels(route)

    def hearing(self, hearing: Hearing) -> None:
        """A message was handled; what it opened counts unless it is still to be confirmed."""
        self.heard.inc()
        request = hearing.request
        if request is not None and request.message_id == hearing.message.id and hearing.did != "ask":
            self.opened.labels(request.route).inc()
