"""``/staff/cases/{no}/originals``: ask for paper originals, cancel the request, record the comparison."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.cases.mail import originals
from portal.cases.mail.originals import kept_on_paper
from portal.core.tools.errors import NotFound
from portal.core.tools.machine import NotAllowed
from portal.core.web.second import tell_second
from portal.staff.shared.desk import CASEWORK, CaseDesk, case_in_hand
from portal.staff.shared.packets import MOVED_ON, packet

ASK = "ask"


class OriginalsController(Controller):
    """The paper originals of one case, for the members who work on it."""

    path = "/staff/cases/{no:str}/originals"
    opt = {"who": CASEWORK}
    dependencies = {"desk": Provide(case_in_hand)}

    @get()
    async def show(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Show the materials that can be asked for and the state of the packet."""
        return await originals_page(desk, {})

    @post(opt={"who": ("reviewer",)})
    async def change(self, desk: NamedDependency[CaseDesk]) -> Response[bytes]:
        """Ask for originals, cancel the request, or record that they match the scans."""
        materials = desk.form.all("material")
        if desk.form["action"] == ASK and not materials:
            return await originals_page(desk, {"material": "请勾选要看的原件。"})
        tell_second(desk.request, MOVED_ON)
        await act(desk, materials)
        return desk.back("/originals")


async def act(desk: CaseDesk, materials: list[str]) -> None:
    """Carry out the button's act: ask for *materials*, or an act on the packet shown on the page.

    Raises:
        NotAllowed: the packet has changed meanwhile.
    """
    if desk.form["action"] == ASK:
        await originals.ask(desk.case, materials, desk.me.id)
        return
    original = await originals.of(desk.case)
    if original is None or desk.form["row_version"] != str(original.row_version):
        raise NotAllowed
    await originals.act(original, desk.form["action"], "office", desk.me.id, "staff")


async def originals_page(desk: CaseDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of a case's originals; 404 in a city that asks for none."""
    choices = kept_on_paper(desk.region)
    if not choices:
        raise NotFound
    original = await originals.of(desk.case)
    place = original.at if original else originals.Place.NOT_NEEDED
    open_acts = originals.acts_open(place, "office") if desk.has("reviewer") else []
    return desk.page(
        "staff/casework/originals/show",
        errors,
        case=desk.case,
        choices=choices,
        packet=packet(original, desk.region) if original else None,
        may_ask=ASK in open_acts and not desk.case.ended,
        may_check="check" in open_acts,
        may_drop="drop" in open_acts,
    )
