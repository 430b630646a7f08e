"""A city's own words: said where it has some; refused where an SMS would be two or a letter could not be filled in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.letters.letter import letters
from portal.notices.inbox import messages
from portal.policy import holding, versions
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS, load
from tests.helpers.cities import SANJIANG, city, sanjiang
from tests.helpers.factories import make_case, make_person
from tests.helpers.policy_desk import MAKER, desk, released

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("desk")

OWN = """
[N05]
in_app = "尾号{tail}已经收下，{date}前给您答复。"
in_app_en = "We have taken {tail} and answer by {date}."
source = "notice"
"""


async def test_a_message_is_said_in_the_city_s_own_words_in_both_languages() -> None:
    await released("meishan", "notices.toml", OWN)
    case, who = await make_case(), await make_person()

    said = [one.text for one in await messages(who.id)]
    english = [one.text for one in await messages(who.id, language="en")]

    assert any(text.startswith(f"尾号{case.number[-4:]}已经收下，") for text in said)
    assert any(text.startswith(f"We have taken {case.number[-4:]}") for text in english)


async def test_a_letter_has_the_city_s_own_paragraphs_and_everything_else_as_ever() -> None:
    await released(
        "meishan", "letters.toml", '[L02]\nbody = ["{applicant}：", "您的申请收下了。"]\nsource = "notice"\n'
    )
    case = await make_case()

    content = next(one for one in await letters(case.id) if one.kind == "L02").opened()

    assert content.body == ["张*：", "您的申请收下了。"]
    assert content.title == "受理通知书"
    assert content.rows


REFUSED = {
    "an SMS that would be two": ("notices.toml", f'[N05]\nsms = "{{sign}}{"很" * 70}"\nsource = "x"', "N05.*70"),
    "an SMS without signature": ("notices.toml", '[N05]\nsms = "收到"\nsource = "x"', "N05.sms begins"),
    "a variable it does not know": ("notices.toml", '[N05]\nin_app = "{courier}"\nsource = "x"', "courier"),
    "a message nobody sends": ("notices.toml", '[N99]\nin_app = "x"\nsource = "x"', "N99"),
    "a letter nobody issues": ("letters.toml", '[L99]\nbody = ["x"]\nsource = "x"', "L99"),
    "a fact the letter does not know": ("letters.toml", '[L02]\nbody = ["{code}"]\nsource = "x"', "code"),
    "a list that is no paragraph": ("letters.toml", '[L11]\nlists = []\nbody = []\nsource = "x"', "lists"),
}


@pytest.mark.parametrize("mistake", REFUSED)
async def test_words_that_cannot_be_sent_are_refused(mistake: str) -> None:
    file, text, named = REFUSED[mistake]

    with pytest.raises(BadFile, match=named):
        await versions.begin("meishan", file, text, MAKER)


async def test_a_signature_that_makes_an_sms_two_is_refused() -> None:
    text = REGIONS["meishan"].texts["region.toml"].replace("【眉山医保】", "【眉山市医疗保障局】")

    with pytest.raises(BadFile, match="sign_zh"):
        await versions.begin("meishan", "region.toml", text, MAKER)


HOTLINE = ('hotline = "028-12393"', 'hotline = "0999-12393"')
LONG = {
    "a long hotline": (HOTLINE, "contact.hotline (10)"),
    "a long national hotline": (('hotline = "028-12393"', 'hotline = ""'), "contact.hotline_fallback (14)"),
    "a long signature": (('sign_zh = "【眉山医保】"', 'sign_zh = "【眉山市医疗保障局】"'), "notices.sign_zh (10)"),
    "a long name of the number": (
        ('number_name_zh = "办件编号"', 'number_name_zh = "门诊特殊疾病待遇认定办件编号"'),
        "query.number_name_zh (14)",
    ),
}
FALLBACK = ('hotline_fallback = "12393"', 'hotline_fallback = "400-0999-12393"')


@pytest.mark.parametrize("value", LONG)
def test_a_folder_that_makes_an_sms_two_is_refused_and_named_with_its_key(tmp_path: Path, value: str) -> None:
    change, named = LONG[value]
    folder = city(tmp_path, change, FALLBACK)

    with pytest.raises(BadFile) as stopped:
        holding.look_at(load(folder))

    at, key, wrong = str(stopped.value).split(": ")
    assert at == str(folder / "region.toml")
    assert named in key.split(", ")
    assert " characters, and an SMS has 70" in wrong


def test_a_made_up_city_that_fits_is_taken(tmp_path: Path) -> None:
    holding.look_at(load(sanjiang(tmp_path)))


def test_a_city_with_a_long_hotline_says_the_longest_messages_shorter(tmp_path: Path) -> None:
    folder = city(tmp_path, HOTLINE)
    own = '[{}]\nsms = "{{sign}}请看{{link}}，询{{hotline}}"\nsource = "x"\n'
    (folder / "notices.toml").write_text(own.format("N25r") + own.format("N29"))

    holding.look_at(load(folder))


def start(home: Path) -> subprocess.CompletedProcess[str]:
    """Run the portal up to its list of routes, with the cities in *home* beside the shipped ones."""
    environment = {**os.environ, "PORTAL_REGIONS": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "portal", "routes"], env=environment, capture_output=True, text=True, check=False
    )


def test_such_a_city_stops_the_start(tmp_path: Path) -> None:
    changes = [change if "hotline" not in change[0] else HOTLINE for change in SANJIANG]
    folder = city(tmp_path, *changes, name="sanjiang")

    stopped = start(tmp_path)

    assert stopped.returncode
    assert f"{folder / 'region.toml'}: " in stopped.stderr
    assert "contact.hotline (10): the SMS N25r would have 71 characters" in stopped.stderr


def test_own_words_in_a_folder_are_checked_and_named_too(tmp_path: Path) -> None:
    folder = city(tmp_path)
    for file, text in (("notices.toml", '[N99]\nsource = "x"'), ("letters.toml", '[L99]\nbody = []\nsource = "x"')):
        (folder / file).write_text(text)

        with pytest.raises(BadFile, match=r"N99|L99") as stopped:
            holding.look_at(load(folder))

        assert str(stopped.value).startswith(f"{folder / file}: ")
        (folder / file).unlink()
