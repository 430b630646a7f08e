"""What principal and proxy are told of the delegation itself: it was verified, it has ended."""

from portal.accounts.delegation import Delegation, both, on_change
from portal.core.tools import clock
from portal.notices.write import Message, send_to
from portal.regions.load import REGIONS

# What a change tells: to the principal, to the proxy. Of a question by SMS the moves of the case tell themselves.
TOLD = {
    "active": ("N37", "N36"),
    "rejected": ("", "N36"),
    "revoked": ("N20", "N20x"),
    "expired": ("N20", "N20x"),
    "refused": ("N20", "N20x"),
}
# The same of one that the principal begins, until it holds.
OFFERED = {"offered": ("N39x", "N39"), "active": ("N40", "N40x"), "refused": ("N41", ""), "expired": ("N41", "N20x")}


@on_change
async def tell(known: Delegation, before: str) -> None:
    """Write the messages of a change, in its transaction."""
    to_principal, to_proxy = _codes(known, before)
    if to_principal:
        await send_to(await _message(known, to_principal), known.principal, known.principal_phone)
    if to_proxy and known.told:
        same = known.one_phone and to_principal
        await send_to(await _message(known, to_proxy), known.proxy, "" if same else known.proxy_phone)


def _codes(known: Delegation, before: str) -> tuple[str, str]:
    if known.route == "offer" and before in ("asked", "held", "offered") and known.state in OFFERED:
        return OFFERED[known.state]
    return ("", "") if before == "asked" else TOLD.get(known.state, ("", ""))


async def _message(known: Delegation, code: str) -> Message:
    region = REGIONS[known.region]
    principal, proxy = await both(known)
    variables = {
        "sign": region.rules.notices.sign_zh,
        "hotline": region.hotline,
        "who": proxy.masked_name,
        "whom": principal.masked_name,
    }
    return Message(code, known.id, 0, f"{known.id}:{clock.now().timestamp():.3f}:{code}", variables)
