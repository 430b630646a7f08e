"""The reports: figures in words and tables, no formula in the table to download, the public part for everybody."""

import csv
import re
from io import StringIO

import pytest

from portal.cases.figures import measures
from portal.staff.records.reports import as_csv
from tests.helpers.client import Client
from tests.helpers.factories import make_staff


async def some_figures() -> None:
    for hours in (2, 24, 48):
        await measures.add("meishan", "stage", "reviewing", hours)
        await measures.add("meishan", "whole", "approved", hours)
    await measures.add("meishan", "ended", "in_time", count=3)
    await measures.add("meishan", "ended", "late")
    await measures.add("meishan", "reason", "no_stamp", count=2)
    await measures.add("meishan", "upload", "password")
    await measures.add("xinxing", "ended", "late", count=7)


async def test_the_supervisor_reads_time_share_and_reasons_of_the_own_city(client: Client) -> None:
    await make_staff("supervisor", login="chief")
    await some_figures()
    await client.staff_sign_in("chief")

    await client.get("/staff/reports?days=30")

    for said in ("按时办结 75%：4 件里有 3 件", "2 个工作日", "3 个工作日", "没有医院公章", "有密码"):
        assert said in client.text, said
    assert client.text.count('aria-hidden="true"><rect') >= 5


async def test_the_table_to_download_says_the_same_and_opens_in_a_spreadsheet(client: Client) -> None:
    await make_staff("supervisor", login="chief")
    await some_figures()
    await client.staff_sign_in("chief")

    answer = await client.get("/staff/reports.csv?days=30")

    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert len({len(row) for row in rows}) == 1
    assert [row[3:6] for row in rows if row[4] == "按时"] == [["办结", "按时", "3"]]
    assert [row[5:] for row in rows if row[3] == "全程用时"] == [["3", "24", "48"]]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    (row,) = csv.reader(StringIO(as_csv([["a", cell]]), newline=""))

    assert row[1] == f"'{cell}"


async def test_without_figures_the_reports_say_so(client: Client) -> None:
    await make_staff("supervisor", login="chief")
    await client.staff_sign_in("chief")

    await client.get("/staff/reports?days=strange")

    assert "这段时间没有办结的" in client.text


@pytest.mark.parametrize("role", ["reviewer", "approver", "expert", "mail_clerk", "admin"])
async def test_the_reports_are_for_supervisors_and_auditors(client: Client, role: str) -> None:
    await make_staff(role, login="somebody")
    await client.staff_sign_in("somebody")

    await client.get("/staff/reports.csv")

    assert client.status == 403


async def test_everybody_reads_how_long_it_takes_in_a_city(client: Client) -> None:
    await some_figures()

    await client.get("/meishan/performance")

    assert "最近 90 天按时办结 75%，一共 4 件" in client.text
    assert "有密码" not in client.text
    await client.get("/xinxing/performance")
    assert "最近 90 天按时办结 0%，一共 7 件" in client.text
    await client.get("/nowhere/performance")
    assert client.status == 404


async def test_asking_often_for_the_public_figures_asks_the_database_once_a_minute(client: Client) -> None:
    await some_figures()
    await client.get("/meishan/performance")

    await measures.add("meishan", "ended", "late", count=4)
    async with Client() as other:
        await other.get("/?look=en")
        await other.get("/meishan/performance")
    await client.get("/meishan/performance")

    assert "最近 90 天按时办结 75%，一共 4 件" in client.text
    assert "75%" in other.text


async def test_how_long_it_takes_is_linked_from_every_page_and_said_in_whole_days(client: Client) -> None:
    await client.get("/xinxing/")
    assert 'href="/xinxing/performance"' in client.text
    await client.get("/xinxing/performance")
    assert "最近 90 天还没有办结的申请" in client.text
    assert "<table" not in client.text  # no figures of nothing
    await some_figures()
    measures.forget()

    await client.get("/meishan/performance")

    assert "一半的人等了不到" in client.text
    assert "100 个人里 95 个等了不到" in client.text
    assert not re.search(r"\d\.\d 个工作日", client.text)
