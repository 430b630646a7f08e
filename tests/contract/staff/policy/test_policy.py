"""The pages of the policy desk: from a draft over the preview to release, without any script."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from portal.app import warn_of_missing_calendars
from portal.core.store import audit
from portal.core.tools import clock
from portal.core.tools.i18n import day_of_year
from portal.policy import holding, versions
from portal.regions.load import REGIONS
from tests.helpers.client import Client
from tests.helpers.factories import make_staff
from tests.helpers.policy_desk import desk

__all__ = ["desk"]
pytestmark = pytest.mark.usefixtures("desk")

FILES = "/staff/policy/files"
SLOGAN = "零跑腿，不用到现场"


@pytest.fixture
async def second(database: None) -> AsyncIterator[Client]:
    """Another admin's browser."""
    await make_staff("admin", login="second")
    async with Client() as made:
        await made.staff_sign_in("second")
        yield made


async def sign_in(client: Client) -> None:
    await make_staff("admin", login="maker")
    await client.staff_sign_in("maker")


async def begin(client: Client, file: str = "region.toml") -> str:
    """Sign in, begin a draft of a file and return its address."""
    await sign_in(client)
    await client.get(f"{FILES}/{file}")
    await client.post(f"{FILES}/{file}", {"action": "copy"})
    assert re.fullmatch(r"/staff/policy/versions/\d+", client.path), client.text
    return client.path


async def keep(client: Client, address: str, **given: str) -> None:
    """Open the form at *address*, change some fields and keep it."""
    await client.get(address)
    await client.post(address, {**filled_in(client.text), **given})


def filled_in(text: str) -> dict[str, str | list[str]]:
    """Return what the fields of a page hold."""
    inputs = re.findall(r'<input class="field__input[^>]*? name="([\w-]+)" value="([^"]*)"', text)
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', text)
    found: dict[str, str | list[str]] = dict([*inputs, *areas])
    for tag in re.findall(r"<input type=\"(?:radio|checkbox)\"[^>]*\bchecked\b[^>]*>", text):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name and value
        known = found.get(name[1])
        found[name[1]] = [*known, value[1]] if isinstance(known, list) else [value[1]]
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in found.items()}


async def test_an_edit_is_compared_previewed_proposed_released_and_on_the_guide(client: Client, second: Client) -> None:
    version = await begin(client)
    assert "和现在的一样" in client.text
    await keep(client, f"{version}/parts/service", slogan_zh="不用跑腿")
    assert client.path == version
    assert f"<del>{SLOGAN}</del>" in client.text and "<ins>不用跑腿</ins>" in client.text
    await client.get(f"{version}/preview/guide")
    assert "预览：第" in client.text and "不用跑腿" in client.text

    await client.get(version)
    await client.post(version, {"action": "propose", "on": f"{clock.today()}", "why": "医保局通知"})
    await second.get("/meishan/")
    before = second.text
    await second.get(version)
    assert "医保局通知" in second.text
    await second.post(version, {"action": "release"})
    assert "已发布" in second.text
    await second.get("/meishan/")

    assert SLOGAN in before and "不用跑腿" not in before
    assert "不用跑腿" in second.text and SLOGAN not in second.text


async def proposal(client: Client, days: int = 0) -> str:
    """Propose the draft of a shorter slogan from a day on, and return its address."""
    version = await begin(client)
    await keep(client, f"{version}/parts/service", slogan_zh="不用跑腿")
    on = clock.today() + timedelta(days=days)
    await client.post(version, {"action": "propose", "on": f"{on}", "why": "通知"})
    return version


async def test_the_maker_finds_no_button_and_is_refused(client: Client) -> None:
    version = await proposal(client)
    assert 'value="release"' not in client.text

    await client.post(version, {"action": "release"})

    assert client.status == 409
    assert "要由另一位管理员发布" in client.text


async def test_who_released_an_older_look_of_it_gets_the_409_page(client: Client, second: Client) -> None:
    version = await proposal(client)
    await second.get(version)
    seen = second.hidden["row_version"]
    await client.get(version)
    await client.post(version, {"action": "back", "why": "写错了"})

    await second.post(version, {"action": "release", "row_version": seen})

    assert second.status == 409
    assert "不用跑腿" not in REGIONS["meishan"].rules.service.slogan_zh


async def test_a_planned_version_is_listed_and_can_be_withdrawn(client: Client, second: Client) -> None:
    version = await proposal(client, days=30)
    await second.get(version)
    await second.post(version, {"action": "release"})
    await second.get("/staff/policy")
    assert day_of_year(clock.today() + timedelta(days=30)) in second.text

    await second.get(version)
    await second.post(version, {"action": "withdraw"})
    assert second.status == 422
    await second.post(version, {"action": "withdraw", "why": "推迟"})

    assert "已撤回" in second.text
    rows = await audit.done_to(f"policy:{version.rpartition('/')[2]}")
    assert [row.act for row in rows][-1] == "policy_withdraw"


@pytest.mark.parametrize(
    "given", [{"on": "soon", "why": "通知"}, {"on": "2020-01-01", "why": "通知"}, {"on": "", "why": ""}]
)
async def test_a_proposal_needs_a_day_to_come_and_a_reason(client: Client, given: dict[str, str]) -> None:
    version = await begin(client)

    await client.post(version, {"action": "propose", **given})

    assert client.status == 422
    assert "error-summary" in client.text


async def test_a_disease_is_changed_added_and_ended_row_by_row(client: Client) -> None:
    version = await begin(client, "diseases.csv")
    await keep(client, f"{version}/rows/M01600", validity_months="24")
    await keep(client, f"{version}/rows/new", code="L00002", name_zh="地方病", name_en="x", specialty="感染科",
               evidence_zh="诊断证明\n化验", confidence="C", tier="II", source="通知")  # fmt: skip
    await client.get(f"{version}/rows/M02500")
    await client.post(f"{version}/rows/M02500", {"action": "end"})

    assert client.path == version
    assert "糖尿病 M01600" in client.text and "<ins>24</ins>" in client.text
    known = await versions.version(int(version.rpartition("/")[2]))
    assert known
    region = (await holding.check("meishan", "diseases.csv", known.text, clock.today()))["meishan"]
    assert region.diseases["L00002"].evidence_zh == ("诊断证明", "化验")
    assert region.diseases["M01600"].validity_months == 24
    assert "M02500" not in region.diseases


async def test_what_cannot_be_used_comes_back_as_it_was_typed_with_file_and_key(client: Client) -> None:
    version = await begin(client)
    await keep(client, f"{version}/parts/correction", days_to_answer="many")
    assert client.status == 422
    assert "请填数字" in client.text and 'value="many"' in client.text
    await client.get(f"{version}/edit")
    text = REGIONS["meishan"].texts["region.toml"].replace("hotline = ", "hotlin = ")

    await client.post(f"{version}/edit", {"text": text})

    assert client.status == 422
    assert "region.toml" in client.text and "hotlin" in client.text


async def test_the_same_file_goes_out_and_comes_in(client: Client) -> None:
    await sign_in(client)
    sent = await client.http.get(f"{FILES}/diseases.csv/text")
    assert sent.content.decode("utf-8-sig") == REGIONS["meishan"].texts["diseases.csv"]
    await client.get(f"{FILES}/diseases.csv")
    changed = sent.content.replace("糖尿病".encode(), "消渴症".encode())

    await client.upload(f"{FILES}/diseases.csv/upload", ("diseases.csv", changed, "text/csv"))

    assert "<ins>消渴症</ins>" in client.text
    await client.get(f"{FILES}/diseases.csv")
    await client.upload(f"{FILES}/diseases.csv/upload", ("diseases.csv", "病种".encode("gbk"), "text/csv"))
    assert client.status == 422
    assert "CSV UTF-8" in client.text
    await client.post(f"{FILES}/diseases.csv", {"action": "paste", "text": "code,name\nM1,x\n"})
    assert client.status == 422
    assert "diseases.csv:2" in client.text


async def test_the_archive_holds_every_file_as_it_holds_today(client: Client) -> None:
    await sign_in(client)

    sent = await client.http.get("/staff/policy/archive")

    with zipfile.ZipFile(io.BytesIO(sent.content)) as packed:
        assert packed.read("meishan/region.toml").decode() == REGIONS["meishan"].texts["region.toml"]
        assert "calendar.toml" in packed.namelist()


async def test_when_everything_is_confirmed_pages_stop_saying_sample(client: Client, second: Client) -> None:
    await sign_in(client)
    await client.get("/staff/policy/marks")
    await client.post("/staff/policy/marks", {"on": "2999-01-01"})
    assert client.status == 422
    paths = re.findall(r'name="path" value="([^"]+)"', client.text)
    await client.post("/staff/policy/marks", {"path": paths, "on": f"{clock.today()}", "source": "医保局函"})
    version = client.path
    await client.post(version, {"action": "propose", "on": f"{clock.today()}", "why": "医保局函"})
    await second.get("/meishan/")
    assert "样例政策数据" in second.text

    await second.get(version)
    await second.post(version, {"action": "release"})
    await second.get("/meishan/")

    assert "样例政策数据" not in second.text
    assert not REGIONS["meishan"].sample()


async def test_a_confirmed_value_that_is_changed_waits_for_its_word_again(client: Client, second: Client) -> None:
    await test_when_everything_is_confirmed_pages_stop_saying_sample(client, second)
    await client.get(f"{FILES}/region.toml")
    await client.post(f"{FILES}/region.toml", {"action": "copy"})
    version = client.path

    await keep(client, f"{version}/parts/service", slogan_zh="不用跑腿")

    known = await versions.version(int(version.rpartition("/")[2]))
    assert known and '"service.slogan_zh" = "operator"' in known.text


async def test_a_holiday_notice_is_filled_in_and_the_tester_shows_both_days(client: Client) -> None:
    version = await begin(client, "calendar.toml")
    off = clock.today() + timedelta(days=1)
    year = off.year
    await client.get(f"{version}/parts/cn-national.{year}")
    listed = str(filled_in(client.text)["off"])
    await keep(client, f"{version}/parts/cn-national.{year}", off=f"{listed}\n{off}/{off + timedelta(days=6)}")
    assert client.path == version, client.text

    query = f"start={clock.today()}&days=3&city=meishan&version={version.rpartition('/')[2]}"
    await client.get(f"/staff/policy/calendar?{query}")

    days = re.findall(r'class="lead">\D+<time datetime="([\d-]+)"', client.text)
    calendar = REGIONS["meishan"].calendar
    assert days[0] == f"{calendar.add(clock.today(), 3)}"
    assert days[1] == f"{calendar.add(off + timedelta(days=6), 3)}"
    await client.get("/staff/policy/calendar?start=soon&days=x&pauses=y")
    assert client.status == 422


async def test_a_pause_is_not_counted_and_an_open_one_leaves_no_day(client: Client) -> None:
    await sign_in(client)
    start, asked, answered = (f"2026-11-{day}" for day in (16, 18, 25))

    await client.get(f"/staff/policy/calendar?start={start}&days=5&city=xinxing&pauses={asked}/{answered}")
    assert "2026年11月30日" in client.text
    await client.get(f"/staff/policy/calendar?start={start}&days=5&city=xinxing&pauses={asked}")

    assert "没有期限" in client.text


async def test_a_year_and_a_reason_are_added_and_a_reason_taken_out(client: Client) -> None:
    version = await begin(client, "reasons.toml")
    await client.get(f"{version}/parts/correction.too_old")
    await client.post(f"{version}/parts/correction.too_old", {"action": "copy", "new": "no_date"})
    await client.get(f"{version}/parts/correction.too_old")
    await client.post(f"{version}/parts/correction.too_old", {"action": "remove"})

    known = await versions.version(int(version.rpartition("/")[2]))
    assert known
    reasons = (await holding.check("meishan", "reasons.toml", known.text, clock.today()))["meishan"].reasons
    assert "no_date" in reasons.correction and "too_old" not in reasons.correction


async def test_another_admin_looks_at_a_draft_and_changes_nothing(client: Client, second: Client) -> None:
    version = await begin(client)
    await second.get(f"{version}/parts/service")
    assert "只能看" in second.text

    await second.post(f"{version}/parts/service", {"slogan_zh": "x"})

    assert second.status == 409


async def test_an_admin_of_another_city_finds_nothing_but_the_calendars(client: Client) -> None:
    version = await begin(client)
    async with Client() as far:
        await make_staff("admin", "xinxing", login="far")
        await far.staff_sign_in("far")
        for path in ("", "/text", "/edit", "/parts/service", "/preview/guide"):
            assert (await far.http.get(f"{version}{path}")).status_code == 404
        await far.get(f"{FILES}/calendar.toml")
        assert far.status == 200


async def test_an_admin_reads_which_calendar_is_missing_and_what_follows(client: Client) -> None:
    async with Client() as far:
        await make_staff("admin", "xinxing", login="far")
        await far.staff_sign_in("far")

        await far.get("/staff/policy")

        assert "2026 年的工作日历“xinjiang-regional”还没有公布" in far.text
        assert "不自动受理" in far.text
        assert "“cn-national”" not in far.text.partition("2027")[0]


def test_the_start_says_which_calendar_is_missing() -> None:
    with capture_logs() as lines:
        warn_of_missing_calendars()

    said = {(line["region"], line["key"]) for line in lines}
    assert ("xinxing", "xinjiang-regional.2026") in said
    assert ("meishan", "cn-national.2026") not in said
