"""A delegation that its principal begins: confirmed by their own code, then accepted by the proxy.

Until it is confirmed the proxy neither sees it nor is told (`Delegation.told`).
"""

from portal.accounts.delegation import Delegation, Wanted, change, others_of, write


# D77: the proxy sees and hears nothing before the principal's own code.
async def offer(wanted: Wanted) -> Delegation:
    """Write a delegation that its principal begins; it waits for their own code, and the proxy knows nothing of it."""
    return await write(wanted, "asked", actor=wanted.principal, role="principal", act="offer_delegation")


async def confirm(known: Delegation, *, at_most: int) -> Delegation | None:
    """The principal has shown the code: the proxy is asked, beyond *at_most* principals once staff agree.

    Return nothing when it had moved on.
    """
    after = "held" if await others_of(known.proxy, known.principal) >= at_most else "offered"
    return await change(known, after, actor=known.principal, role="principal")
