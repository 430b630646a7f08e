"""Eligibility: compare the register of the insured with the region's rules."""

from datetime import datetime, timedelta

import msgspec
from msgspec import structs

from portal.accounts.register import Insured, Unreachable, register
from portal.cases.life.case import Case
from portal.core.store.crypto import opened_json, seal_json
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.regions.load import Region

ASKED_ANEW_AFTER = timedelta(minutes=10)
BLOCKS = frozenset({"elsewhere", "suspended", "ended", "arrears"})


def standing(record: Insured | None, region: Region, *, reachable: bool) -> str:
    """Return ``good``, or the one problem: ``unreachable``, ``elsewhere``, ``suspended``, ``arrears`` or ``warn``."""
    if not reachable:
        return "unreachable"
    if record is None or record.region != region.id:
        return "elsewhere"
    if record.status != region.rules.eligibility.status_required:
        return record.status
    if record.arrears:
        return "arrears" if region.rules.eligibility.on_arrears == "block_submit" else "warn"
    return "good"


async def look_up(id_number: str) -> Insured | None:
    """Return the present record in the register of the insured; None if the person is not in it.

    Raises:
        Unreachable: the register does not answer.
    """
    return await register().find(id_number)


async def keep_record(case: Case, record: Insured | None) -> Case:
    """Store the register's record with the case and return the case; staff see it as it was at submission."""
    kept = {"at": clock.now().isoformat(), "record": msgspec.to_builtins(record)}
    sealed = seal_json(kept, f"cases.insured:{case.id}")
    await execute("UPDATE cases SET insured = $2 WHERE id = $1", case.id, sealed)
    return structs.replace(case, insured=sealed)


async def forget_record(case: Case) -> None:
    """Remove the record kept with the case: the register did not answer when it mattered, so staff check by hand."""
    if case.insured is not None:
        await execute("UPDATE cases SET insured = NULL WHERE id = $1", case.id)


class Finding(msgspec.Struct, frozen=True):
    """What the register said of the insured person (None: they are not in it), and when."""

    at: datetime
    record: Insured | None

    def standing(self, region: Region) -> str:
        """Return the standing of the person in *region*."""
        return standing(self.record, region, reachable=True)


def finding_of(case: Case) -> Finding | None:
    """Return what the register said last of the person of *case*; None if it has not been asked yet."""
    if case.insured is None:
        return None
    return msgspec.convert(opened_json(case.insured, f"cases.insured:{case.id}"), Finding)


async def with_recent_record(case: Case, id_number: str) -> tuple[Case, bool]:
    """Return the case with a recent record of *id_number*, and whether there is one; only an old one is asked anew."""
    known = finding_of(case)
    if known and clock.now() - known.at < ASKED_ANEW_AFTER:
        return case, True
    try:
        return await keep_record(case, await look_up(id_number)), True
    except Unreachable:
        return case, False


def insured_of(case: Case) -> Insured | None:
    """Return the register's record stored with the case; None if there is none."""
    known = finding_of(case)
    return known.record if known else None
