"""What a neighbourhood's vocabulary could say so that corrected texts are read rightly: proposals, no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.config import Reading as Thresholds
from bot.corrections import Example, right
from bot.telling import HOLLOW
from nlp import Own, Reader
from nlp.own import NEVER, Entry

_HAN = re.compile(r"[\u4e00-\u9fff]{2,6}")
TRIED = 10
"""Words of a text that are tried, the likeliest first; each costs some ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word for vocabulary.toml, and what speaks for and against it."""

    entry: Entry
    supports: tuple[Example, ...]
    """Corrections that hold the word and say the same."""
    contradicts: tuple[Example, ...]
    """Texts that hold the word and say otherwise."""
    fixes: tuple[Example, ...]
    """Read rightly with it, and not before."""
    spoils: tuple[Example, ...]
    """Read rightly before, and not with it."""

    @property
    def word(self) -> str:
        return self.entry.words[0]

    @property
    def gain(self) -> int:
        """How many more texts are read rightly with it."""
        return len(self.fixes) - len(self.spoils)


@dataclass(slots=True)
class Search:
    """Looks for words that mend what is read wrongly, on top of the own words there are."""

    reader: Reader
    own: Own
    settings: Thresholds
    corrected: Sequence[Example]
    known: Sequence[Example] = ()
    _wrong: set[str] = field(default_factory=set)

    def proposals(self, passed: Callable[[int], None] = lambda _: None) -> list[Proposal]:
        """The best proposal for each text that is read wrongly, what most corrections ask for first."""
        self.reader.take_up(self.own)
        self._wrong = {one.name for one in [*self.corrected, *self.known] if not self._right(one)}
        found: list[Proposal] = []
        for one in self.corrected:
            mended = any(one in proposal.fixes for proposal in found)
            if one.name in self._wrong and not mended and (best := self._best(one)):
                # A vocabulary holds a word once: of two ways to teach it, the one that mends more.
                rivals = [it for it in found if it.word == best.word]
                if all(best.gain > it.gain for it in rivals):
                    found = [it for it in found if it not in rivals] + [best]
            passed(1)
        self.reader.take_up(self.own)
        return sorted(found, key=lambda it: (-len(it.fixes), -len(it.supports), it.word))

    def left(self, proposals: Sequence[Proposal]) -> list[Example]:
        """What stays wrong whatever is accepted."""
        mended = {one.name for proposal in proposals for one in proposal.fixes}
        return [one for one in self.corrected if one.name in self._wrong - mended]

    def _best(self, one: Example) -> Proposal | None:
        for word in self._candidates(one):
            tried = [self._tried(entry, one) for entry in _entries(word, one)]
            good = [it for it in tried if one in it.fixes and it.gain > 0]
            if good:
                return max(good, key=lambda it: it.gain)  # of equals the first, which is the gentlest
        return None

    def _candidates(self, one: Example) -> list[str]:
        """The words of a text that might have told, those that other texts speak against last."""
        self.reader.take_up(self.own)
        found = dict.fromkeys(_joined(self.reader.words(one.text)) if one.asked else one.text.split())
        taught = {word for entry in self.own.entries for word in entry.words}
        words = [word for word in found if _HAN.fullmatch(word) and not HOLLOW & set(word)]
        # What is no request is told by a longer word (停电宝), never by one that tells of requests (停电).
        words = [word for word in words if word not in taught and (one.asked or not self.reader.knows(word))]

        def doubt(word: str) -> tuple[int, bool, int]:
            supports, contradicts = self._sides(word, one)
            return len(contradicts) - len(supports), self.reader.knows(word), -len(word)

        return sorted(words, key=doubt)[:TRIED]

    def _sides(self, word: str, like: Example) -> tuple[list[Example], list[Example]]:
        """Who holds the word: the corrections that say the same, and all that say otherwise."""
        held = [one for one in self.corrected if one.holds(word)]
        same = [one for one in held if _says(one) == _says(like)]
        others = [one for one in [*held, *self.known] if one.holds(word) and one not in same]
        return same, [one for one in others if _against(one, like)]

    def _tried(self, entry: Entry, like: Example) -> Proposal:
        supports, contradicts = self._sides(entry.words[0], like)
        held = [one for one in [*self.corrected, *self.known] if one.holds(entry.words[0])]
        self.reader.take_up(with_entry(self.own, entry))
        now = {one.name for one in held if self._right(one)}
        fixes = [one for one in held if one.name in self._wrong & now]
        spoils = [one for one in held if one.name not in self._wrong | now]
        return Proposal(entry, tuple(supports), tuple(contradicts), tuple(fixes), tuple(spoils))

    def _right(self, one: Example) -> bool:
        return right(one, self.reader, self.settings)


def with_entry(own: Own, entry: Entry) -> Own:
    """The own words with one entry more."""
    return replace(own, entries=(*own.entries, entry))


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Words, and longer ones with what follows: 新风机房 out of 新风 and 机房."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if len(word) > 1:
            yield word + following
            yield word


def _entries(word: str, one: Example) -> Iterator[Entry]:
    """Ways to teach a word what the captain said, the gentlest first."""
    if not one.asked:
        yield Entry((word,), NEVER)
        yield Entry((word,), "talk")
        yield Entry((word,), "talk", weight=2)
        return
    category = one.category or (one.row[1] if one.sure else "")
    for weight in (1.0, 2.0, 4.0):
        yield Entry((word,), "thing", category, one.route, weight)
    if category:
        yield Entry((word,), "case", category, one.route)
        yield Entry((word,), "case", category, one.route, 2)


def _says(one: Example) -> tuple[bool, str, str]:
    return one.asked, one.category or (one.row[1] if one.sure else ""), one.route


def _against(one: Example, like: Example) -> bool:
    """Whether one text contradicts what another teaches."""
    if one.asked != like.asked:
        return True
    category = _says(like)[1]
    return bool(category and one.row[1] != category) or bool(like.route and one.route not in ("", like.route))
