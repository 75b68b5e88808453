"""What a time zone's clocks do to days: most change at night but after midnight, some fall back across it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIXED = frozenset({"utc", "gmt", "z", "etc/utc", "etc/gmt", "zulu", "universal"})
_FIRST_YEAR, _LAST_YEAR = 2000, 2037


def is_fixed(zone: str) -> bool:
    """True for names of UTC: every local time occurs once, in order.

    >>> is_fixed("UTC"), is_fixed("Europe/Paris")
    (True, False)
    """
    return zone.lower() in FIXED


@cache
def repeats_midnight(zone: str) -> bool | None:
    """True where in some year since 2000 a day began twice, as the clocks were put back to or across midnight; a day's first
    moment is then another than the one PostgreSQL takes midnight for. None for a zone that is not known here.

    >>> repeats_midnight("Europe/Paris"), repeats_midnight("America/Havana"), repeats_midnight("Nowhere/City")
    (False, True, None)
    """
    if is_fixed(zone):
        return False
    try:
        found = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return None
    midnight, last = datetime(_FIRST_YEAR, 1, 1), datetime(_LAST_YEAR, 12, 31)  # noqa: DTZ001 local times of the zone
    while midnight <= last:
        first, second = (midnight.replace(tzinfo=found, fold=fold).utcoffset() for fold in (0, 1))
        if first is not None and second is not None and first > second:
            return True
        midnight += timedelta(days=1)
    return False
