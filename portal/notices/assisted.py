"""N38: tell a person that staff filled in their application, and how to check and submit it."""

from portal.cases.life.case import Case
from portal.notices.write import named_in, tell, variables_of

CODE = "N38"


async def told(case: Case) -> None:
    """Write the notice, once for each version of the draft, even if the button is pressed again."""
    occasion = f"ready-{case.row_version}"
    await tell(CODE, [named_in(case, case.person)], case, occasion, **await variables_of(case, CODE))
