"""The reader: loads the vocabulary once, then reads messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from nlp import choice, danger, gist, normal, own, place, same, sentences, traces, trouble, turn, weigh
from nlp import cues as signs_of
from nlp import cut as cutting
from nlp import knowledge as files
from nlp.cues import Cues
from nlp.danger import DANGER_OF
from nlp.reading import Danger, Reading, Route, Said
from nlp.same import Likeness, Report, Told
from nlp.turn import TURNS
from nlp.why import Decided, Shown, why
from nlp.words import Words

PRIVATE = "事:私事"
"""The sign of illness, poverty or family trouble: like a quarrel, not to be repeated in the group."""
REQUEST_FROM = 0.6
"""Where precision and recall met on neighbourhoods that the weights had not seen."""
ALARM_FROM, UNNAMED_FROM, HEED_FROM = 0.7, 0.9, 0.1
"""An emergency so sure is heard though the rest sounds like talk: with a word of danger, and without any in what may
be a request at least so much."""
COMPARED, LATELY = 4_000, 4
"""Texts of which the troubles, and of which all that they show, are kept."""
URGENT_FROM, DANGER_FROM = 0.35, 0.1
"""A false alarm costs a glance, a missed one may cost a life: below even odds, and more so where a word of danger is said."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything a reader knows, out of nlp/data."""

    simplified: normal.Converter
    forms: Words[str]
    vocabulary: Words[tuple[files.Concept, ...]]
    parts: Words[str]
    dangers: danger.Dangers
    turns: Words[str]
    troubles: trouble.Troubles
    weights: weigh.Weights
    choices: choice.Choices
    cut: cutting.Cut


class Reader:
    """Reads messages; made by `load`, safe to share, never raises on any text."""

    def __init__(self, knowledge: Knowledge, lately: int = LATELY) -> None:
        self._ours = self._known = knowledge
        # Open requests are compared with each new message; that is read, assumed and compared.
        self._weighed = lru_cache(COMPARED)(self._weigh)
        self._understood = lru_cache(lately)(lambda text: _Reading(_standard(text, self._known), self._known))

    def take_up(self, words: own.Own) -> None:
        """Read from now on with a neighbourhood's own words, in place of those taken up before.

        Takes some milliseconds; a message that is just being read is read with the words it began with.
        """
        self._known = own.upon(self._ours, words)
        self._weighed.cache_clear()
        self._understood.cache_clear()

    def read(self, text: str, *, assume: bool = False) -> Reading:
        """What `text` is: a request or talk, of what kind, how urgent, where.

        `assume`: somebody who knows says that it is a request; which one, by its words, is still to be read.
        """
        return self._understood(text).result(assume=assume)

    def likely(self, options: Sequence[choice.Option]) -> list[float]:
        """How likely each is, of all that a message may be in its room, 0 to 1."""
        return self._known.choices.probabilities(options)

    def troubles(self, text: str) -> dict[str, float]:
        """The probability of each particular trouble that a text may tell, if it tells of any at all."""
        categories = self._known.troubles.categories
        return {name: share for name, share in self._weighed(text).troubles.items() if name in categories}

    def signs(self, text: str) -> list[str]:
        """All that `text` shows, what was understood before mere letters: what the weights weigh."""
        reading = self._understood(text)
        return [weigh.START, *reading.signs, *(weigh.LETTER + letter for letter in sorted(reading.letters))]

    def categories(self) -> dict[str, str]:
        """The category that each sign of the vocabulary stands for, of those that stand for one."""
        known = (concept for concepts in self._known.vocabulary.table.values() for concept in concepts)
        return {concept.sign: concept.category for concept in known if concept.category}

    def words(self, text: str) -> list[str]:
        """The standard text, cut into words."""
        return self._known.cut(_standard(text, self._known))

    def traces(self, text: str) -> list[str]:
        """The few words by which a text sounds like a request, for when its sentences may not be kept."""
        known = self._known
        standard = _standard(text, known)
        found = signs_of.read(standard, known.vocabulary, known.cut).found
        return traces.of(standard, found, known.cut)

    def knows(self, word: str) -> bool:
        """Whether this very word stands in the vocabulary."""
        return word in self._known.vocabulary.table

    def covers(self, question: str, text: str) -> bool:
        """Whether `text` asks `question`: all the question's words stand in it."""
        said = _standard(text, self._known)
        asked = [word for word in self._known.cut(_standard(question, self._known)) if word.strip()]
        return bool(asked) and all(word in said for word in asked)

    def same(self, first: Said, second: Said, after: timedelta = timedelta()) -> Likeness:
        """Whether `second`, said so long after, reports the very trouble `first` did."""
        return same.compared(self._report(first), self._report(second), after, self._known.troubles)

    def _report(self, said: Said) -> Report:
        return Report(said, self._weighed(said.text))

    def _weigh(self, text: str) -> Told:
        reading = self._understood(text)
        return same.told(place.digits(reading.text), reading.told())


def _standard(text: str, known: Knowledge) -> str:
    return normal.standard(normal.plain(text, known.simplified), known.forms)


class _Reading:
    """One message on its way to its Reading."""

    def __init__(self, text: str, known: Knowledge, *, whole: bool = True) -> None:
        """Of a standard text; `whole`: it is a message and not one of its sentences."""
        self.known = known
        self.weights = known.weights
        self.text = text
        self.cues: Cues = signs_of.read(self.text, known.vocabulary, known.cut)
        self.danger, self.alarm = known.dangers.found(self.text)
        self.letters = signs_of.letters(self.text)
        self.cues.signs.update(turn.shown(self.text, known.turns))
        self._told: dict[str, float] | None = None
        if whole and len(self.text) > sentences.SHORT:
            self.cues.signs.update(self._by_sentence())
        self.signs = list(self.cues.signs)
        if self.danger:
            # The neighbourhood's own words can silence talk, never an alarm.
            self.signs = [sign for sign in self.signs if not own.calming(sign)]
            self.signs += (f"险:{self.danger}", danger.SAID)
        self.found = self.weights.found([*self.signs, *self.letters])

    def result(self, *, assume: bool = False) -> Reading:
        request, elsewhere, complaint, listed, urgent, concern, *turns = self.weights.sums(self.found)
        certainty = weigh.certainty(request, elsewhere, complaint)
        route: Route = "chat"
        category: str = ""
        danger: Danger = ""
        heard = assume or certainty >= REQUEST_FROM
        told = self.told() if self.danger or assume or certainty >= HEED_FROM else {}
        urgent += self.weights.by_trouble(told, "urgent")
        alarm = weigh.probability(urgent) >= (ALARM_FROM if self.danger else UNNAMED_FROM)
        if heard or (told and alarm):
            route = "listed" if listed + self.weights.by_trouble(told, "listed") > 0 else "quick"
            category = self.weights.category(told) if self.named() or not assume else "other"
            danger = self.kind_of_danger(urgent, told)
        where = place.find(self.text, self.known.parts)
        taken = turn.taken(self.text, turns)
        return Reading(
            route=route,
            category=category,
            danger=danger,
            certainty=round(certainty, 4),
            place=where,
            turn=taken,
            concern=concern,
            leanings=dict(zip(TURNS, turns, strict=True)),
            gist=gist.of(category, where, self.cues, self.known.parts) if category else "",
            english=normal.english(self.text),
            private=category == "dispute" or (route != "chat" and self.cues.has(PRIVATE)),
            because=lambda: why(
                Shown(self.weights, self.cues, self.signs, self.letters),
                Decided(route, category, danger, taken, elsewhere > 0, told),
                self.alarm,
            ),
        )

    def _by_sentence(self) -> dict[str, str]:
        said = sentences.of(self.text)
        read = [_Reading(sentence, self.known, whole=False) for sentence in said]
        return sentences.shown(said, [self.weights.sums(one.found)[0] for one in read])

    def named(self) -> bool:
        """Whether more was understood than mere letters."""
        return any(map(self.weights.names, self.cues.signs))

    def told(self) -> dict[str, float]:
        """Which trouble it reports, if it is a request, the likeliest first."""
        if self._told is None:
            self._told = self.weights.told(self.found)
        return self._told

    def kind_of_danger(self, score: float, told: Iterable[str]) -> Danger:
        """The emergency, if there is one: the kind whose words were found, else that of the likeliest trouble."""
        if weigh.probability(score) < (DANGER_FROM if self.danger else URGENT_FROM):
            return ""
        # A child in a locked car reads like parking, which has no emergency of its own.
        kinds = (DANGER_OF.get(self.weights.kinds[name], "") for name in told)
        return self.danger or next(filter(None, kinds), "")


def load(weights: Path = files.DATA / "weights.tsv", lately: int = LATELY) -> Reader:
    """A reader that keeps so many readings. Takes about half a second, so call it off the event loop."""
    import opencc

    data = files.DATA
    troubles = trouble.load(data / "troubles.toml")
    known = Knowledge(
        simplified=opencc.OpenCC("t2s"),
        forms=files.forms(data / "forms.toml"),
        vocabulary=files.concepts(data / "vocabulary.toml"),
        parts=files.parts(data / "places.toml"),
        dangers=danger.load(data / "dangers.toml"),
        turns=turn.load(data / "turns.toml"),
        troubles=troubles,
        weights=weigh.load(weights, troubles),
        choices=choice.load(data / "choices.tsv"),
        cut=cutting.cutter(),
    )
    return Reader(known, lately)
