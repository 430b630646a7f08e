"""Other settings, and a city with other rules, for one test: what the fixtures `settings` and `region` do."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Protocol

import msgspec

from portal.core.tools.settings import SETTINGS
from portal.regions.load import Region
from portal.regions.workdays import Calendar


class ChangeSettings(Protocol):
    """Changes settings until the test ends."""

    def __call__(self, **values: Any) -> None:
        """Give the settings of these names these values: ``settings(demo=True)``."""


class ChangeRegion(Protocol):
    """Changes a city until the test ends."""

    def __call__(self, key: str, /, *, calendar: Calendar | None = None, **sections: Mapping[str, Any]) -> Region:
        """Let the city have these values in sections of its rules: ``region("meishan", publicity={"enabled": True})``.

        Return the city as it is then.
        """


def settings_now() -> dict[str, Any]:
    """Return every setting by its name."""
    return {field.name: getattr(SETTINGS, field.name) for field in fields(SETTINGS)}


def change_settings(**values: Any) -> None:
    """Give settings other values, for every module that holds `SETTINGS`.

    What a module has made of a setting when it was imported (the names of cookies, the address in messages) stays.

    Raises:
        TypeError: there is no setting of that name.
    """
    replace(SETTINGS, **values)
    for name, value in values.items():
        object.__setattr__(SETTINGS, name, value)  # frozen for the portal, which never changes them


def amended(city: Region, calendar: Calendar | None = None, **sections: Mapping[str, Any]) -> Region:
    """Return *city* with another calendar, and other values in sections of its rules."""
    parts = {name: msgspec.structs.replace(getattr(city.rules, name), **values) for name, values in sections.items()}
    rules = msgspec.structs.replace(city.rules, **parts)
    return msgspec.structs.replace(city, rules=rules, calendar=calendar or city.calendar)
