"""The plain baseline that the reader is held against: character 1-3-gram TF-IDF and linear SVMs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import click

from bot.labelled import Row
from nlp import Reading
from nlp.danger import DANGER_OF
from nlp.reading import Danger, Route

LACKING = "要和 TF-IDF 比，先装 scikit-learn：pip install 'louzu[eval]'"
ANY_DANGER: Danger = "person"
"""It learns only whether something is urgent, not of what kind."""


class Baseline:
    """Learns route, category and urgency from labelled messages, each by itself; no rule and no word of ours."""

    def __init__(self, messages: Sequence[Row]) -> None:
        """Raises ClickException where scikit-learn is not installed, or nothing is a request."""
        asked = [row for row in messages if row["route"] != "chat"]
        if not asked:
            raise click.ClickException("训练用的消息里没有一条诉求，学不出来。")
        self._route = _learnt(messages, "route")
        self._urgent = _learnt(messages, "urgent")
        self._category = _learnt(asked, "category")

    def read(self, text: str) -> Reading:
        """It knows no doubt: a request is answered aloud."""
        route = cast(Route, str(self._route.predict([text])[0]))
        if route == "chat":
            return Reading()
        category = str(self._category.predict([text])[0])
        urgent = self._urgent.predict([text])[0] == "1"
        danger = DANGER_OF.get(category, ANY_DANGER) if urgent else ""
        return Reading(route, category, danger, certainty=1.0)


def _learnt(messages: Sequence[Row], column: str) -> Any:
    try:
        from sklearn.dummy import DummyClassifier
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC
    except ImportError:
        raise click.ClickException(LACKING) from None
    labels = [row[column] for row in messages]
    # An SVM needs two sides.
    side = LinearSVC() if len(set(labels)) > 1 else DummyClassifier(strategy="most_frequent")
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    return make_pipeline(grams, side).fit([row["text"] for row in messages], labels)
