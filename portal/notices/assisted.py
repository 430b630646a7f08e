"""Tell a person that staff have filled their application in: N38, with the way to check and send it."""

from portal.cases.apply.assisted import on_ready
from portal.cases.life.case import Case
from portal.notices.write import named_in, tell, variables_of

CODE = "N38"


@on_ready
async def told(case: Case) -> None:
    """Write the notice; for the same version of the draft once, however often the button is pressed."""
    occasion = f"ready-{case.row_version}"
    await tell(CODE, [named_in(case, case.person)], case, occasion, **await variables_of(case, CODE))
