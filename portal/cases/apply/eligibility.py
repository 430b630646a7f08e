"""May this person apply here: what the insurance register says, held against the region's rules."""

from portal.accounts.register import Insured
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
