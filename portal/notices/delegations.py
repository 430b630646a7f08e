"""Tell principal and proxy that their delegation was verified, was refused or has ended."""

from portal.accounts.delegation import Delegation, both
from portal.core.tools import clock
from portal.notices.write import Reader, tell
from portal.regions.load import REGIONS

# The messages of each new state: (to the principal, to the proxy). The question to the principal by SMS is not here,
# because the moves of the case write it.
TOLD = {
    "active": ("N37", "N36"),
    "rejected": ("", "N36"),
    "revoked": ("N20", "N20x"),
    "expired": ("N20", "N20x"),
    "refused": ("N20", "N20x"),
}
# The same for a delegation that the principal began, until it is valid.
OFFERED = {"offered": ("N39x", "N39"), "active": ("N40", "N40x"), "refused": ("N41", ""), "expired": ("N41", "N20x")}


async def told(delegation: Delegation, before: str) -> None:
    """Write the messages for a change from the state *before*, in the transaction of the change."""
    to_principal, to_proxy = _codes(delegation, before)
    occasion = f"{delegation.state}-{clock.now().timestamp():.3f}"
    variables = await _variables(delegation)
    if to_principal:
        reader = Reader(delegation.principal, delegation.principal_phone)
        await tell(to_principal, [reader], delegation, occasion, **variables)
    if to_proxy and delegation.told:
        same_phone = delegation.one_phone and to_principal
        reader = Reader(delegation.proxy, "" if same_phone else delegation.proxy_phone)
        await tell(to_proxy, [reader], delegation, occasion, **variables)


def _codes(delegation: Delegation, before: str) -> tuple[str, str]:
    if delegation.route == "offer" and before in ("asked", "held", "offered") and delegation.state in OFFERED:
        return OFFERED[delegation.state]
    return ("", "") if before == "asked" else TOLD.get(delegation.state, ("", ""))


async def _variables(delegation: Delegation) -> dict[str, str]:
    region = REGIONS[delegation.region]
    principal, proxy = await both(delegation)
    return {
        "sign": region.rules.notices.sign_zh,
        "hotline": region.hotline,
        "who": proxy.masked_name,
        "whom": principal.masked_name,
    }
