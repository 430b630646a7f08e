"""Every message in every channel: short enough, signed, and never saying what nobody else may know."""

import re

import pytest

from portal.accounts.sign_in import TEXT as CODE
from portal.cases.life.moves import MOVES
from portal.core.store.crypto import digits
from portal.notices.fitting import WIDEST as WIDE
from portal.notices.fitting import variables_of
from portal.notices.write import NOT_HERE, texts, words
from portal.regions.load import REGIONS, Region

# Every variable as wide as it can get.
WIDEST = {**WIDE, "sign": "【眉山医保】", "no_label": "办件编号", "hotline": "028-12393"}
MOST = 70  # characters of an SMS
IN_THE_PORTAL_ONLY = {"N05x", "N12", "N13r", "N23x", "N27a", "N27p", "N42", "N43"}  # to people of the office
PERIODS = (["", ""], ["", "2028-11-20"], ["2026-12-31", ""], ["2026-12-31", "2028-11-20"])


@pytest.mark.parametrize("code", texts())
def test_an_sms_is_one_sms_with_every_variable_at_its_widest(code: str) -> None:
    for provisional in (False, True):
        for period in PERIODS:
            said = words(code, "sms", {**WIDEST, "provisional": provisional, "period": period})
            assert len(said) <= MOST


def test_only_messages_to_the_desk_have_no_sms() -> None:
    assert {code for code, text in texts().items() if not text.sms} == IN_THE_PORTAL_ONLY


@pytest.mark.parametrize("code", texts())
def test_an_sms_begins_with_the_signature_and_says_nothing_of_the_illness(code: str) -> None:
    text = texts()[code]

    assert text.sms == "" or text.sms.startswith("{sign}")
    assert variables_of(text.sms) <= {*WIDEST}
    for word in ("病", "糖尿", "高血压", "姓名", "身份证"):
        assert word not in text.sms


@pytest.mark.parametrize("code", texts())
def test_the_copy_in_the_portal_needs_neither_signature_nor_link(code: str) -> None:
    text = texts()[code].in_app

    assert text.endswith("。")
    assert variables_of(text) <= {*WIDEST} - {"sign", "link"}
    assert "{" not in words(code, "in_app", WIDEST)
    assert "病" not in text


@pytest.mark.parametrize("code", texts())
def test_the_copy_for_the_official_account_is_the_same_as_in_the_portal(code: str) -> None:
    assert words(code, "official_account", WIDEST) == words(code, "in_app", WIDEST)


def test_every_message_that_a_move_names_has_its_words() -> None:
    named = {code for move in MOVES for code in move.notices.split()}

    assert named <= set(texts()), "write its words into portal/notices/texts.toml"
    assert set(texts()) >= NOT_HERE


def test_an_unpublished_year_makes_the_date_an_estimate() -> None:
    said = words("N05", "sms", {**WIDEST, "provisional": True})

    assert "预计12月21日告诉您结果" in said
    assert "最晚" not in said
    assert "最晚12月21日告诉您结果" in words("N05", "sms", {**WIDEST, "provisional": False})


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (["", ""], "即日起长期有效"),
        (["", "2028-11-20"], "即日起至2028年11月20日有效"),
        (["2026-12-01", ""], "2026年12月1日起长期有效"),
        (["2026-12-01", "2028-11-30"], "2026年12月1日至2028年11月30日有效"),
    ],
)
def test_an_approval_says_from_when_until_when(period: list[str], said: str) -> None:
    assert f"认定已通过，{said}。" in words("N15", "in_app", {**WIDEST, "period": period})


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.id)
def test_the_code_is_one_sms_with_the_line_that_phones_fill_it_in_by(region: Region) -> None:
    code = digits(6)
    said = CODE.format(sign=region.rules.notices.sign_zh, code=code, host="mt.yibao.meishan.gov.cn")

    assert len(said) <= 70
    assert said.startswith(region.rules.notices.sign_zh)
    assert re.search(rf"\n@mt\.yibao\.meishan\.gov\.cn #{code}$", said)
    assert "不会向您索要" in said
    assert "http" not in said


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.id)
def test_no_city_signs_wider_or_has_a_longer_hotline_than_was_counted(region: Region) -> None:
    assert len(region.rules.notices.sign_zh) <= len(WIDEST["sign"])  # type: ignore[arg-type]
    assert len(region.hotline) <= len(WIDEST["hotline"])  # type: ignore[arg-type]
    assert len(region.rules.query.number_name_zh) <= len(WIDEST["no_label"])  # type: ignore[arg-type]
