"""核验: whoever has the code of a letter sees whether it is genuine and holds, and nothing else."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from portal.cases.life.case import Case
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.letters.verify import ALPHABET, new_code, read_code
from portal.public.verify import PER_HOUR
from tests.helpers import made
from tests.helpers.client import Client
from tests.helpers.factories import make_case
from tests.helpers.made import letter_of


async def code_of(case: Case, kind: str) -> str:
    return (await letter_of(case, kind)).opened().code


@pytest.mark.parametrize("typed", ["7k2m-9qxd-4hrt", "7K2M9QXD4HRT", " 7K2M 9QXD 4HRT ", "7K2M9QXD-4HRT"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "7K2M-9QXD-4HRT"


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert read_code("OIL0-1111-0000") == "0110-1111-0000"


@pytest.mark.parametrize(
    "typed", ["", "7K2M", "7K2M-9QXD-4HRT-1", "<script>", "字" * 12, "UUUU-UUUU-UUUU", "7K2M9QXD4HR\x00"]
)
def test_what_has_another_length_or_other_letters_is_no_code(typed: str) -> None:
    assert read_code(typed) == ""


def test_new_codes_differ_and_use_no_letters_that_are_mistaken_for_others() -> None:
    codes = {new_code() for _ in range(500)}

    assert len(codes) == 500
    assert {letter for code in codes for letter in code} <= {*ALPHABET, "-"}
    assert not {"I", "L", "O", "U"} & {*ALPHABET}
    assert all(read_code(code) == code for code in codes)


async def test_a_receipt_is_genuine(client: Client) -> None:
    await client.get(f"/v/{await code_of(await make_case(), 'L01')}")

    assert client.status == 200
    assert "真实有效" in client.text


async def test_a_certificate_is_genuine_but_not_yet_in_force_then_valid_then_expired(client: Client) -> None:
    code = await code_of(await made.decided(months=1), "L10")
    seen = []
    for days in (0, 31, 70):
        clock.shift(timedelta(days=days))
        await client.get(f"/v/{code}")
        seen.append(next(word for word in ("还没到生效日期", "真实有效", "已经过期") if word in client.text))

    assert seen == ["还没到生效日期", "真实有效", "已经过期"]


async def test_a_revoked_benefit_shows_on_its_certificate_and_not_on_the_receipt(client: Client) -> None:
    case = await made.decided()
    await execute("UPDATE benefit SET state = 'revoked' WHERE case_id = $1", case.id)

    await client.get(f"/v/{await code_of(case, 'L10')}")
    certificate = client.text
    await client.get(f"/v/{await code_of(case, 'L01')}")

    assert "真实，已被撤销" in certificate
    assert "真实有效" in client.text


async def test_a_letter_that_was_taken_back_is_void(client: Client) -> None:
    await client.get(f"/v/{await code_of(await made.taken_back(), 'L02')}")

    assert "已经作废" in client.text
    assert "真实有效" not in client.text


async def test_nobody_learns_more_than_a_masked_name_and_dates(client: Client) -> None:
    case = await made.decided()

    await client.get(f"/v/{await code_of(case, 'L10')}")

    assert "张*" in client.text
    for secret in ("张丽", "糖尿病", "M01600", "511400197102140026", "0026", "13800000101"):
        assert secret not in client.text


async def test_a_code_that_is_typed_leads_to_its_page(client: Client) -> None:
    code = await code_of(await make_case(), "L01")

    await client.get(f"/v?code={code.lower().replace('-', '')}")

    assert client.path == f"/v/{code}"
    assert client.status == 200


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "123", "%3Cscript%3E", "字" * 12, "%F0%9F%98%80" * 12])
async def test_an_unknown_code_is_told_so_and_shown_again_to_be_mended(client: Client, code: str) -> None:
    await client.get(f"/v/{code}")

    assert client.status == 404
    assert "没有查到这个核验码" in client.text
    assert "<script>" not in client.text


@pytest.mark.parametrize("address", ["/v/12345678901%00", "/s/%00"])
async def test_an_address_with_a_nul_in_it_is_not_understood(client: Client, address: str) -> None:
    await client.get(address)

    assert client.status == 400


@pytest.mark.parametrize("code", ["7K2M-9QXD", "字" * 12, "7K2M-9QXD-4HR?"])
async def test_a_wrong_code_that_was_typed_is_shown_again(client: Client, code: str) -> None:
    await client.get(f"/v?code={quote(code)}")

    assert "没有查到这个核验码" in client.text
    assert f'value="{code}"' in client.text
    assert "<title>错误：" in client.text


async def test_guessing_is_slowed_down_for_an_address(client: Client) -> None:
    for _ in range(PER_HOUR):
        await client.get("/v/AAAA-AAAA-AAAA")

    await client.get("/v/AAAA-AAAA-AAAA")

    assert client.status == 429
    assert int(client.page.headers["retry-after"]) <= 3600


@pytest.mark.parametrize(
    ("typed", "told"), [("", "还没有输入核验码"), ("  ", "还没有输入核验码"), ("7K", "没有查到这个核验码")]
)
async def test_who_presses_without_a_good_code_is_told_what_to_do(client: Client, typed: str, told: str) -> None:
    client.page = await client.http.get("/v", params={"code": typed})

    assert "<title>错误：" in client.text
    assert told in client.text
    assert 'id="error-summary"' in client.text
    assert 'aria-invalid="true"' in client.text
    await client.get("/v")
    assert "错误" not in client.text
