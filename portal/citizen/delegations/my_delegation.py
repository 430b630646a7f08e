"""A delegation as one of its two people sees it, and what they may do with it now."""

import msgspec
from litestar.params import FromPath

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Delegation, both
from portal.accounts.delegation_states import OPEN, OVER
from portal.accounts.person import Person
from portal.citizen.shared.mine import Acting, Asked, me_in
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.regions.load import Region


class MyDelegation(msgspec.Struct, frozen=True):
    """A delegation in which the person who is signed in is one of the two."""

    region: Region
    delegation: Delegation
    principal: Person
    proxy: Person
    as_proxy: bool

    @property
    def home(self) -> str:
        """Where it lives."""
        return f"/{self.region.id}/delegations/{self.delegation.id}"

    @property
    def state(self) -> str:
        """Its state today."""
        return self.delegation.state_on(clock.today())

    @property
    def may_end(self) -> bool:
        """Whether there is still something to end."""
        return self.delegation.state in (*OPEN, "held", "offered") and not self._over

    @property
    def may_begin(self) -> bool:
        """Whether the proxy may begin an application, or go on with one."""
        delegation = self.delegation
        return self.as_proxy and delegation.allows("apply", clock.today()) and delegation.state != "asked"

    @property
    def may_look(self) -> bool:
        """Whether the cases under it may be seen."""
        return not self.as_proxy or self.delegation.allows("view", clock.today())

    @property
    def may_switch(self) -> bool:
        """Whether the proxy may go on with a letter: the principal was asked by SMS and has not said yes."""
        delegation = self.delegation
        asked = delegation.route == "online" and delegation.asked_at is not None and not delegation.reported
        return self.as_proxy and asked and delegation.state in ("proposed", "refused") and not self._over

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state in OVER

    @property
    def may_confirm(self) -> bool:
        """Whether it waits for the code of the principal who began it."""
        return not self.as_proxy and self.delegation.route == "offer" and self.state == "asked"

    @property
    def may_accept(self) -> bool:
        """Whether it waits for the word of the proxy whom the principal asks."""
        return self.as_proxy and self.state == "offered"

    @property
    def may_answer(self) -> bool:
        """Whether the principal can still say yes or no under the link of the SMS."""
        days = self.region.rules.proxy.consent_days
        return not self.as_proxy and delegations.link_holds(self.delegation, days)

    @property
    def has_letter(self) -> bool:
        """Whether there is a letter to print and sign."""
        delegation = self.delegation
        return delegation.route == "letter" and (delegation.open_on(clock.today()) or delegation.state == "held")

    @property
    def _over(self) -> bool:
        return clock.today() > self.delegation.ends_on


async def delegation_named(r: FromPath[str], id: FromPath[str], request: Asked) -> MyDelegation:
    """Return the delegation in the address, or leave with 404 when it is between others.

    A proxy whom the principal asks finds it only after the principal has confirmed it.
    """
    me = await me_in(r, request)
    delegation = await delegations.delegation(id)
    delegation = found(delegation if delegation and delegation.region == r else None)
    found(delegation if me.person.id in (delegation.principal, delegation.proxy) else None)
    principal, proxy = await both(delegation)
    as_proxy = me.person.id == delegation.proxy
    found(delegation if delegation.told or not as_proxy else None)
    if as_proxy and (delegation.state == "held" or delegation.open_on(clock.today())):
        request.scope["state"]["acting"] = Acting(principal.masked_name, delegation)
    return MyDelegation(me.region, delegation, principal, proxy, as_proxy)
