"""Send the written messages, SMS only from 8:00 to 22:00, and record the delivery in the ledger.

States: queued, sent, delivered, failed for now (the worker tries again), failed for good (the in-app
copy stays, the desk is asked to call, and the failure is counted).
"""

from datetime import datetime, time, timedelta

import msgspec

from portal.cases.desk import calls
from portal.cases.figures import measures
from portal.cases.life.case import Case, case_by_id
from portal.core.outside import sms
from portal.core.store import jobs, outbox
from portal.core.store.crypto import opened, opened_json
from portal.core.store.database import execute, fetch_one, fetch_value, transaction
from portal.core.store.jobs import works
from portal.core.tools import clock
from portal.core.tools.clock import BEIJING
from portal.notices.write import CHANNELS, in_words, words

QUIET_FROM = time(22)
QUIET_TO = time(8)


class NoticeRow(msgspec.Struct, frozen=True):
    """A stored message with the columns that sending needs."""

    id: str
    key: str
    code: str
    channel: str
    state: str
    recipient: bytes | None
    variables: bytes


@works("send_notice")
async def send(notice: str) -> None:
    """Send the message *notice* (an id) unless it has been sent; at night an SMS waits until the morning.

    Raises:
        NotSent: the gateway did not take it; the worker tries again.
    """
    row = await fetch_one(NoticeRow, "FROM notice WHERE id = $1", notice)
    if row is None or row.state != "queued":
        return
    wait = quiet_until(clock.now())
    if row.channel == "sms" and wait:
        await outbox.add("send_notice", f"{notice}:{wait:%Y%m%d}", at=wait, notice=notice)
        return
    if row.channel not in CHANNELS:  # written before; nothing sends it, and nothing says that it was sent
        await execute("UPDATE notice SET state = 'failed' WHERE id = $1", notice)
        return
    provider_id = await _handed_over(row)
    await execute(
        "UPDATE notice SET state = 'sent', sent_at = $2, provider_id = $3, tries = tries + 1 WHERE id = $1",
        notice,
        clock.now(),
        provider_id,
    )


async def _handed_over(row: NoticeRow) -> str:
    variables = opened_json(row.variables, f"notice.variables:{row.id}")
    if row.recipient is None:
        return ""
    phone = opened(row.recipient, f"notice.recipient:{row.id}")
    text = words(row.code, "sms", variables)
    return await sms.send(phone, row.code, in_words(variables), text, row.key)


@jobs.gives_up("send_notice")
async def lose(notice: str) -> None:
    """Mark a message as failed for good, and ask the desk to call the people of its case."""
    async with transaction():
        await _lost("UPDATE notice SET state = 'failed' WHERE id = $1 RETURNING case_id", notice)


async def take_report(report: sms.Report) -> None:
    """Store the provider's delivery *report* of a message."""
    if report.arrived:
        await execute("UPDATE notice SET state = 'delivered' WHERE provider_id = $1 AND state = 'sent'", report.id)
    else:
        sql = "UPDATE notice SET state = 'failed' WHERE provider_id = $1 AND state <> 'failed' RETURNING case_id"
        await _lost(sql, report.id)


class About(msgspec.Struct, frozen=True):
    """The subject of a message: the id of a case, or of a delegation if there is no case."""

    case_id: str


async def _lost(sql: str, id: str) -> None:
    row = await fetch_one(About, sql, id)
    case = await case_by_id(row.case_id) if row else None
    if case:
        await measures.add(case.region, "sms", "failed")
        await calls.ask_for(case, calls.FAILED)


async def arrived(case: Case, code: str, since: datetime) -> bool:
    """Return whether a message *code* about *case*, written since *since*, was sent by SMS or read in the portal."""
    sql = (
        "SELECT 1 FROM notice WHERE case_id = $1 AND code = $2 AND made_at >= $3 "
        "AND (read_at IS NOT NULL OR channel = 'sms' AND state IN ('sent', 'delivered')) LIMIT 1"
    )
    return bool(await fetch_value(sql, case.id, code, since))


def quiet_until(now: datetime) -> datetime | None:
    """Return when an ordinary SMS may be sent; None if now (北京时间 22:00 to 08:00 is quiet)."""
    local = now.astimezone(BEIJING)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return None
    morning = local.replace(hour=QUIET_TO.hour, minute=0, second=0, microsecond=0)
    return morning if local.time() < QUIET_TO else morning + timedelta(days=1)
