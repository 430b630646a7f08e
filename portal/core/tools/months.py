"""Days some months later. Where that month is shorter, what is meant decides: its last day, or the day after it."""

from calendar import monthrange
from datetime import date, timedelta


def last_day_after(day: date, months: int) -> date:
    """Return the same day *months* later, or the last day of a shorter month: how long something may hold at most."""
    year, month = _month_after(day, months)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_after(day: date, months: int) -> date:
    """Return the same day *months* later, or the day after a shorter month: when what began on *day* is over."""
    last = last_day_after(day, months)
    return last if last.day == day.day else last + timedelta(days=1)


def _month_after(day: date, months: int) -> tuple[int, int]:
    years, month = divmod(day.month - 1 + months, 12)
    return day.year + years, month + 1
