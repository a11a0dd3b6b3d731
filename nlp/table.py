"""What labelled messages show, as the sparse rows that weights are fitted to (numpy and scipy: louzu[eval])."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from nlp.examples import Example
from nlp.reader import Reader
from nlp.sentences import SIGN
from nlp.weigh import LETTER, LETTERS, START

OFTEN = 2
"""A sign seen in fewer messages tells nothing that lasts."""
SHAPES, COMMON = (START, "形:", "缺:", "同句:", "合:", "闲:", "接:"), 0.02
"""What says how somebody speaks, not of what; letters that so large a share of the messages holds say neither."""


class Table:
    """What each message shows as a whole, as one sparse row over all signs that were seen often enough."""

    def __init__(self, examples: Sequence[Example], reader: Reader) -> None:
        shown = [
            [sign for sign in reader.signs(example.text) if not sign.startswith(SIGN)] for example in examples
        ]
        seen = Counter(sign for signs in shown for sign in signs)
        self.signs = sorted(sign for sign, count in seen.items() if count >= OFTEN)
        place = {sign: at for at, sign in enumerate(self.signs)}
        found = [[place[sign] for sign in signs if sign in place] for signs in shown]
        strengths = np.array([strength(sign) for sign in self.signs])
        ends = np.cumsum([0, *map(len, found)])
        columns = np.array([at for row in found for at in row], dtype=int)
        self.rows = sparse.csr_matrix((strengths[columns], columns, ends), (len(examples), len(self.signs)))
        self.telling = np.array([self._tells(sign, seen[sign] / len(shown)) for sign in self.signs])
        self.asks = np.array([example.asks for example in examples])
        self.counts = np.array([example.counts for example in examples])
        self.tells = np.array([example.tells for example in examples])

    def only(self, kept: Sequence[bool]) -> Any:
        """The rows as if no other signs were seen than those that are `kept`."""
        return self.rows @ sparse.diags(np.array(kept, dtype=float))

    def _tells(self, sign: str, share: float) -> bool:
        """Whether a sign may speak for a trouble: a shape or a letter of very many messages does not."""
        return not sign.startswith(SHAPES) and (share < COMMON or not sign.startswith(LETTER))


def strength(sign: str) -> float:
    """How much a sign counts where it is shown."""
    return LETTERS if sign.startswith(LETTER) else 1.0
