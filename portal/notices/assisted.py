"""Tell a person that staff have filled in their application: N38, which leads to the page to check and send it."""

from portal.cases.apply.assisted import on_ready
from portal.cases.life.case import Case, Event
from portal.core.tools import clock
from portal.notices.write import tell

CODE = "N38"


@on_ready
async def told(case: Case) -> None:
    """Write the notice; for the same version of the draft once."""
    ready = Event(case.row_version, "", "assist", case.state, case.state, "reviewer", "", "", "", 0, clock.now())
    await tell(case, ready, CODE, case.person)
