"""May this person apply here: what the insurance register says, held against the region's rules."""

import msgspec

from portal.accounts.register import Insured, register
from portal.cases.life.case import Case
from portal.core.store.crypto import opened_json, seal_json
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.regions.load import Region

BLOCKS = frozenset({"elsewhere", "suspended", "ended", "arrears"})


def standing(record: Insured | None, region: Region, *, reachable: bool) -> str:
    """Return good, or the one reason why not: unreachable, elsewhere, suspended, arrears or warn."""
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
    """Return what the insurance register says now.

    Raises:
        Unreachable: it does not answer.
    """
    return await register().find(id_number)


async def keep_record(case: Case, record: Insured | None) -> None:
    """Keep what the register said with the case; staff see it as it was at submission."""
    kept = {"at": clock.now().isoformat(), "record": msgspec.to_builtins(record)}
    await execute("UPDATE cases SET insured = $2 WHERE id = $1", case.id, seal_json(kept, f"cases.insured:{case.id}"))


def insured_of(case: Case) -> Insured | None:
    """Return what the register said when it was last asked for this case."""
    if case.insured is None:
        return None
    record = opened_json(case.insured, f"cases.insured:{case.id}")["record"]
    return msgspec.convert(record, Insured) if record else None
