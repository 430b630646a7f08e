"""Settings: every variable is understood, a wrong one is named, a secret is never shown."""

import re
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from portal.core.tools.settings import Settings, read, shown, variable

OPERATION = Path(__file__).parents[4] / "portal" / "OPERATION.md"
TYPES = {int: ("12", 12), bool: ("1", True), str: ("text", "text")}


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_variable_is_understood(field: "Field[Any]") -> None:
    text, understood = TYPES.get(type(field.default), ("/some/where", Path("/some/where")))

    settings = read({variable(field): text})

    assert getattr(settings, field.name) == understood


def test_without_any_variable_the_portal_runs_on_a_laptop() -> None:
    assert read({}) == Settings()


def test_an_empty_variable_is_no_variable() -> None:
    assert read({"PORTAL_PORT": "", "PORTAL_DEMO": ""}) == Settings()


def test_variables_of_others_are_left_alone() -> None:
    assert read({"PATH": "/bin", "PORTALPORT": "1", "PORTAL_NOTHING": "x"}) == Settings()


@pytest.mark.parametrize("text", ["eight", "8.5", "1e3", "0x10", "--1", "八"])
@pytest.mark.parametrize("name", ["PORTAL_PORT", "PORTAL_POOL", "PORTAL_PROXIES", "PORTAL_STREAMS"])
def test_a_wrong_number_is_named(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a whole number"):
        read({name: text})


@pytest.mark.parametrize("text", ["maybe", "2", "ja", "-", "t"])
def test_a_wrong_yes_or_no_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="PORTAL_DEMO must be 1 or 0"):
        read({"PORTAL_DEMO": text})


YES_OR_NO = {"1": True, "TRUE": True, "yes": True, "on": True, "0": False, "False": False, "no": False, "OFF": False}


@pytest.mark.parametrize(("text", "meant"), YES_OR_NO.items())
def test_yes_and_no_can_be_said_in_several_ways(text: str, meant: bool) -> None:
    assert read({"PORTAL_HTTPS": text}).https is meant


def test_what_is_shown_names_every_setting_and_hides_the_secrets() -> None:
    settings = read({"DATABASE_URL": "postgresql://portal:a-secret@db/portal", "PORTAL_PORT": "81"})

    lines = {name: (value, meaning) for name, value, meaning in shown(settings)}

    assert set(lines) == {variable(field) for field in fields(Settings)}
    assert lines["DATABASE_URL"][0] == "***"
    assert lines["PORTAL_PORT"][0] == "81"
    assert "a-secret" not in str(lines)
    assert all(meaning.endswith(".") for _, meaning in lines.values())


def test_a_secret_that_is_not_set_is_shown_as_not_set() -> None:
    assert ("DATABASE_URL", "") in [(name, value) for name, value, _ in shown(Settings())]


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORTAL_HOST": "10.0.0.5", "PORTAL_PORT": "81"}, "http://10.0.0.5:81"),
        ({"PORTAL_ORIGIN": "https://mt.example.gov.cn/"}, "https://mt.example.gov.cn"),
    ],
)
def test_the_public_address_follows_from_the_settings(environment: dict[str, str], address: str) -> None:
    assert read(environment).public_origin == address


def in_the_document() -> dict[str, tuple[str, str]]:
    """Return default and meaning of every variable in the table for operators."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", OPERATION.read_text(), re.MULTILINE)
    return {name: (default, meaning) for name, default, meaning in rows}


def in_the_code() -> dict[str, tuple[str, str]]:
    """Return default and meaning of every variable as the code declares it."""
    said = {True: "1", False: "0"}
    return {
        variable(field): (
            said[field.default] if isinstance(field.default, bool) else str(field.default),
            field.metadata["meaning"],
        )
        for field in fields(Settings)
    }


def test_the_table_for_operators_lists_every_setting_as_it_is() -> None:
    assert in_the_document() == in_the_code(), (
        "the table in portal/OPERATION.md says something else than portal/core/tools/settings.py"
    )
