"""Numbers to text and back: milliseconds, blocks, bytes, ratios, counts. One spelling everywhere."""

from __future__ import annotations

BLOCK_BYTES = 8192
"""PostgreSQL's default block size; a server built with another one reports it as the setting block_size."""

_BYTE_STEPS = ((1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))


def format_ms(value: float | None) -> str:
    """Milliseconds in the unit a person would say.

    >>> [format_ms(v) for v in (0.0421, 3.14159, 428.0, 12345.6, 754_000.0, None)]
    ['0.042 ms', '3.14 ms', '428 ms', '12.3 s', '12 min 34 s', '–']
    """
    if value is None:
        return "–"
    magnitude = abs(value)
    if magnitude < 1:
        return f"{value:.3f} ms"
    if magnitude < 100:
        return f"{value:.3g} ms"
    if magnitude < 1000:
        return f"{value:.0f} ms"
    if magnitude < 120_000:
        return f"{value / 1000:.3g} s"
    minutes, seconds = divmod(round(value / 1000), 60)
    return f"{minutes} min {seconds:02d} s"


def format_bytes(value: float | None) -> str:
    """Bytes with PostgreSQL's binary units, as pg_size_pretty writes them but with two or three digits.

    >>> [format_bytes(v) for v in (0, 512, 8192, 25_000_000, 1 << 31, None)]
    ['0 bytes', '512 bytes', '8 kB', '23.8 MB', '2 GB', '–']
    """
    if value is None:
        return "–"
    for size, unit in _BYTE_STEPS:
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.0f} bytes"


def format_count(value: float | None) -> str:
    """A count with thousands separators; fractional rows (PostgreSQL 18) keep two digits below ten.

    >>> [format_count(v) for v in (0, 1234567, 0.25, 20.0, None)]
    ['0', '1,234,567', '0.25', '20', '–']
    """
    if value is None:
        return "–"
    if value != int(value) and abs(value) < 10:
        return f"{value:.2f}"
    return f"{value:,.0f}"


def format_ratio(value: float | None) -> str:
    """How many times as much, below and above one.

    >>> [format_ratio(v) for v in (0.004, 0.5, 1.0, 37.2, 12345.0, None)]
    ['1/250', '0.50×', '1.00×', '37×', '12,345×', '–']
    """
    if value is None:
        return "–"
    if 0 < value < 0.1:
        return f"1/{1 / value:,.0f}"
    if value < 10:
        return f"{value:.2f}×"
    return f"{value:,.0f}×"


def format_percent(share: float | None) -> str:
    """A share of one as per cent.

    >>> [format_percent(v) for v in (0.0004, 0.123, 0.5, 1.0, None)]
    ['<0.1 %', '12 %', '50 %', '100 %', '–']
    """
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "<0.1 %"
    return f"{share * 100:.0f} %" if share >= 0.095 else f"{share * 100:.1f} %"
