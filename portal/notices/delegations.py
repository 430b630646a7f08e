"""Tell principal and proxy what became of their delegation: it was verified, refused, or has ended."""

from portal.accounts.delegation import Delegation, both, on_change
from portal.core.tools import clock
from portal.notices.write import Message, send_to
from portal.regions.load import REGIONS

# Which message each new state brings: (to the principal, to the proxy). A question that was asked by SMS is not among
# them, because the moves of the case tell of it.
TOLD = {
    "active": ("N37", "N36"),
    "rejected": ("", "N36"),
    "revoked": ("N20", "N20x"),
    "expired": ("N20", "N20x"),
    "refused": ("N20", "N20x"),
}
# The same for a delegation that the principal begins, until it holds.
OFFERED = {"offered": ("N39x", "N39"), "active": ("N40", "N40x"), "refused": ("N41", ""), "expired": ("N41", "N20x")}


@on_change
async def tell(delegation: Delegation, before: str) -> None:
    """Write the messages of a change, in its transaction."""
    to_principal, to_proxy = _codes(delegation, before)
    if to_principal:
        await send_to(await _message(delegation, to_principal), delegation.principal, delegation.principal_phone)
    if to_proxy and delegation.told:
        same = delegation.one_phone and to_principal
        await send_to(await _message(delegation, to_proxy), delegation.proxy, "" if same else delegation.proxy_phone)


def _codes(delegation: Delegation, before: str) -> tuple[str, str]:
    if delegation.route == "offer" and before in ("asked", "held", "offered") and delegation.state in OFFERED:
        return OFFERED[delegation.state]
    return ("", "") if before == "asked" else TOLD.get(delegation.state, ("", ""))


async def _message(delegation: Delegation, code: str) -> Message:
    region = REGIONS[delegation.region]
    principal, proxy = await both(delegation)
    variables = {
        "sign": region.rules.notices.sign_zh,
        "hotline": region.hotline,
        "who": proxy.masked_name,
        "whom": principal.masked_name,
    }
    return Message(code, delegation.id, 0, f"{delegation.id}:{clock.now().timestamp():.3f}:{code}", variables)
