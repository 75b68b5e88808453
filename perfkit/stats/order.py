"""In which order to take the samples of two arms."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal

Arm = Literal["before", "after"]


def interleaved(pairs: int, seed: int = 0) -> Iterator[Arm]:
    """``pairs`` times both arms, in random order within each pair: drift of the machine hits both alike.

    >>> sorted(interleaved(2))
    ['after', 'after', 'before', 'before']
    """
    choice = random.Random(seed)
    for _ in range(pairs):
        first: Arm = "before" if choice.random() < 0.5 else "after"
        yield first
        yield "after" if first == "before" else "before"
