"""Eligibility: compare the register of the insured with the region's rules."""

import msgspec

from portal.accounts.register import Insured, register
from portal.cases.life.case import Case
from portal.core.store.crypto import opened_json, seal_json
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.regions.load import Region

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


async def keep_record(case: Case, record: Insured | None) -> None:
    """Store the register's record with the case; staff see it as it was at submission."""
    kept = {"at": clock.now().isoformat(), "record": msgspec.to_builtins(record)}
    await execute("UPDATE cases SET insured = $2 WHERE id = $1", case.id, seal_json(kept, f"cases.insured:{case.id}"))


def insured_of(case: Case) -> Insured | None:
    """Return the register's record stored with the case; None if there is none."""
    if case.insured is None:
        return None
    record = opened_json(case.insured, f"cases.insured:{case.id}")["record"]
    return msgspec.convert(record, Insured) if record else None
