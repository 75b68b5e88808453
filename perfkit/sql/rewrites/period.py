"""Periods of time that a literal names: where they begin, and where the next one does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True, slots=True)
class Period:
    unit: str
    start: datetime

    @property
    def end(self) -> datetime:
        """The first moment of the next one."""
        match self.unit:
            case "minute":
                return self.start + timedelta(minutes=1)
            case "hour":
                return self.start + timedelta(hours=1)
            case "day":
                return self.start + timedelta(days=1)
            case "week":
                return self.start + timedelta(days=7)
            case "month":
                return _months_later(self.start, 1)
            case "quarter":
                return _months_later(self.start, 3)
        return _months_later(self.start, 12)


def period_of(unit: str, literal: str) -> Period | None:
    """The period that begins at the moment a literal writes; None where it is no such beginning, or not understood.

    >>> period_of("month", "2023-04-01").end
    datetime.datetime(2023, 5, 1, 0, 0)
    >>> period_of("month", "2023-04-17") is None
    True
    """
    for pattern in _FORMATS:
        try:
            start = datetime.strptime(literal.strip(), pattern)  # noqa: DTZ007 as written, whatever the zone
        except ValueError:
            continue
        return Period(unit, start) if unit in UNITS and _begins(unit, start) else None
    return None


def written(moment: datetime) -> str:
    """As a literal's text: without the time where that is midnight.

    >>> written(datetime(2023, 4, 1)), written(datetime(2023, 4, 1, 12))
    ('2023-04-01', '2023-04-01 12:00:00')
    """
    is_midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return moment.strftime("%Y-%m-%d" if is_midnight else "%Y-%m-%d %H:%M:%S")


def _begins(unit: str, moment: datetime) -> bool:
    if (
        moment.second
        or (unit != "minute" and moment.minute)
        or (unit not in ("minute", "hour") and moment.hour)
    ):
        return False
    match unit:
        case "week":
            return moment.weekday() == 0
        case "month":
            return moment.day == 1
        case "quarter":
            return moment.day == 1 and moment.month in (1, 4, 7, 10)
        case "year":
            return moment.day == 1 and moment.month == 1
    return True


def _months_later(moment: datetime, months: int) -> datetime:
    total = moment.year * 12 + moment.month - 1 + months
    return moment.replace(year=total // 12, month=total % 12 + 1)
