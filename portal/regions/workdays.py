"""Working days: national and regional calendars as data, and the law's rules for counting.

The day of the event is not counted (民法典 第二百零一条). A working day is listed in `work`, or is
Monday to Friday and not listed in `off`; where two calendars list the same day, the later one in
the region's list wins. A year that is not published gives provisional dates (预计).
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

import msgspec

from portal.regions.catalogue import BadFile

ONE_DAY = timedelta(days=1)


class Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One year of one calendar; `off` holds ``first/last`` ranges, both ends included."""

    published: bool
    source: str
    off: tuple[str, ...] = ()
    work: tuple[date, ...] = ()


class Calendar:
    """The working days of one region."""

    def __init__(self, years: Sequence[Mapping[int, Year]]) -> None:
        """Combine the calendars in *years*; a later one overrides the earlier."""
        self._works: dict[date, bool] = {}
        for layer in years:
            for year in layer.values():
                self._works.update({day: False for span in year.off for day in _days(span)})
                self._works.update(dict.fromkeys(year.work, True))
        self._published = [{number for number, year in layer.items() if year.published} for layer in years]

    def works(self, day: date) -> bool:
        """Return whether *day* is a working day."""
        return self._works.get(day, day.weekday() < 5)

    def published(self, day: date) -> bool:
        """Return whether every calendar of the region has been published for the year of *day*."""
        return all(self.published_in(day.year))

    def published_in(self, year: int) -> list[bool]:
        """Return for each calendar of the region, in its order, whether *year* has been published."""
        return [year in years for years in self._published]

    def after(self, day: date) -> Iterator[date]:
        """Yield the working days after *day*, without end."""
        while True:
            day += ONE_DAY
            if self.works(day):
                yield day

    def add(self, day: date, count: int) -> date:
        """Return the *count*-th working day after *day*; *day* itself when *count* is 0."""
        return next(islice(self.after(day), count - 1, None)) if count else day

    def between(self, day: date, last: date) -> int:
        """Return how many working days lie after *day*, up to and including *last*."""
        count = 0
        while day < last:
            day += ONE_DAY
            count += self.works(day)
        return count

    def on_or_after(self, day: date) -> date:
        """Return *day*, or the next working day: a citizen's last day moves to one (民法典 第二百零三条)."""
        return day if self.works(day) else next(self.after(day))


def calendars(text: str, at: str) -> dict[str, dict[int, Year]]:
    """Return the calendars in *text*: ``{name: {year: Year}}``; error messages call the file *at*.

    Raises:
        BadFile: a key is unknown, a value has the wrong type, or a day is in another year.
    """
    where = at
    try:
        found = tomllib.loads(text)
        found.pop("schema", None)
        calendars: dict[str, dict[int, Year]] = {}
        for name, years in found.items():
            for number, rules in years.items():
                where = f"{at}: {name}.{number}"
                year = msgspec.convert(rules, Year)
                _check(int(number), year)
                calendars.setdefault(name, {})[int(number)] = year
    except (AttributeError, ValueError) as error:  # errors of msgspec and tomllib are ValueErrors
        raise BadFile(f"{where}: {error}") from error
    return calendars


def _check(number: int, year: Year) -> None:
    """Check that all days are in year *number*; a notice may also name the last days of the year before."""
    days = [day for span in year.off for day in _days(span)] + list(year.work)
    strange = next((day for day in days if abs(day.year - number) > 1), None)
    if strange:
        raise ValueError(f"{strange} is no day of {number}")


def _days(span: str) -> Iterator[date]:
    first, _, last = span.partition("/")
    day = date.fromisoformat(first)
    end = date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += ONE_DAY
