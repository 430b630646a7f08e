"""A delegation that its principal begins: confirmed by their own code, then accepted by the proxy.

Until it is confirmed the proxy neither sees it nor is told (`Delegation.told`).
"""

from portal.accounts.delegation import Delegation, Wanted, change, others_of, write


# D77: the proxy sees and hears nothing before the principal's own code.
async def offer(wanted: Wanted) -> Delegation:
    """Write a delegation that its principal begins; it waits for the code on their own phone."""
    return await write(wanted, "asked", actor=wanted.principal, role="principal", act="offer_delegation")


async def confirm(delegation: Delegation, *, at_most: int) -> Delegation | None:
    """Ask the proxy, after the principal has entered the code; beyond *at_most* principals staff must agree first.

    Return None if it had moved on meanwhile.
    """
    after = "held" if await others_of(delegation.proxy, delegation.principal) >= at_most else "offered"
    return await change(delegation, after, actor=delegation.principal, role="principal")
