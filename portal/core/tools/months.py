"""Calendar months from a day on, by the two rules for months that are too short."""

from datetime import date, timedelta


def months_after(day: date, months: int) -> date:
    """Return the same day *months* later; where that month is shorter, the first day after it.

    So a period of months counts: one that begins on 31 August and has six months ends with the last day of February.
    """
    first = _first_of_month(day, months)
    found = first + timedelta(days=day.day - 1)
    return found if found.month == first.month else _first_of_month(first, 1)


def months_later(day: date, months: int) -> date:
    """Return the same day *months* later; where that month is shorter, its last day."""
    first = _first_of_month(day, months)
    return min(first + timedelta(days=day.day - 1), _first_of_month(first, 1) - timedelta(days=1))


def _first_of_month(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
