"""How often something is run where nobody says otherwise."""

from __future__ import annotations

from typing import Final

COMPARED_TURNS: Final = 9
"""With nine interleaved pairs, minimum and lower quartile together give about one false alarm in a hundred."""

TIMED_TURNS: Final = 15
"""Of a gate's batch: with fifteen, fastest run and lower quartile together rarely mistake load for a change."""

COUNTED_RUNS: Final = 3
"""Other sessions only ever add blocks (catalog look-ups after an invalidation, a page that splits): the fewest of three is
what the plan takes."""
