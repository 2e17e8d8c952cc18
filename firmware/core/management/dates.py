"""Wall-clock milliseconds since 1970 (UTC) as the document prints them. Printing only."""

from __future__ import annotations

_DAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1970 began with a Thursday
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _civil(wall_ms: int) -> tuple[int, int, int, int, int, int]:
    """Year, month, day, hour, minute, second. The calendar repeats every 400 years."""
    days, second = divmod(wall_ms // 1000, 86_400)
    # Years counted from March, so that the leap day is a year's last one.
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month = month + 3 if month < 10 else month - 9
    return (
        year + 400 * era + (month <= 2),
        month,
        day + 1,
        second // 3600,
        second // 60 % 60,
        second % 60,
    )


def utc_text(wall_ms: int) -> str:
    """``06:07:44 UTC Dec 26 2006``"""
    year, month, day, hour, minute, second = _civil(wall_ms)
    return f"{hour:02}:{minute:02}:{second:02} UTC {_MONTHS[month - 1]} {day} {year}"


def clock_text(wall_ms: int, zone: str = "UTC") -> str:
    """``06:07:44.123 UTC Tue Dec 26 2006``, as `show clock` prints it. ``wall_ms``: the zone's."""
    time, _, date = utc_text(wall_ms).partition(" UTC ")
    day = _DAYS[wall_ms // 86_400_000 % 7]
    return f"{time}.{wall_ms % 1000:03} {zone} {day} {date}"


def log_text(wall_ms: int) -> str:
    """``Dec 26 2006 06:07:44``, as a syslog line with a time stamp begins."""
    year, month, day, hour, minute, second = _civil(wall_ms)
    return f"{_MONTHS[month - 1]} {day:02} {year} {hour:02}:{minute:02}:{second:02}"


def iso_text(wall_ms: int) -> str:
    """``2006-12-26T06:07:44.123Z``"""
    year, month, day, hour, minute, second = _civil(wall_ms)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{wall_ms % 1000:03}Z"
