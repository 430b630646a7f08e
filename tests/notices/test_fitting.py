"""A city's own words: said where it has some; refused where an SMS would be two or a letter could not be filled in."""

import pytest

from portal.letters.letter import letters
from portal.notices.inbox import messages
from portal.policy import versions
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS
from tests.factories import make_case, make_person
from tests.policy.desk import MAKER, desk, released

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("desk")

OWN = """
[N05]
in_app = "尾号{tail}已经收下，{date}前给您答复。"
in_app_en = "We have taken {tail} and answer by {date}."
source = "notice"
"""


async def test_a_message_is_said_in_the_city_s_own_words_in_both_languages():
    await released("meishan", "notices.toml", OWN)
    case, who = await make_case(), await make_person()

    said = [one.text for one in await messages(who.id)]
    english = [one.text for one in await messages(who.id, language="en")]

    assert any(text.startswith(f"尾号{case.number[-4:]}已经收下，") for text in said)
    assert any(text.startswith(f"We have taken {case.number[-4:]}") for text in english)


async def test_a_letter_has_the_city_s_own_paragraphs_and_everything_else_as_ever():
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
async def test_words_that_cannot_be_sent_are_refused(mistake: str):
    file, text, named = REFUSED[mistake]

    with pytest.raises(BadFile, match=named):
        await versions.begin("meishan", file, text, MAKER)


async def test_a_signature_that_makes_an_sms_two_is_refused():
    text = REGIONS["meishan"].texts["region.toml"].replace("【眉山医保】", "【眉山市医疗保障局】")

    with pytest.raises(BadFile, match="sign_zh"):
        await versions.begin("meishan", "region.toml", text, MAKER)
