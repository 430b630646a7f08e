"""N33: tell the citizen that the office has answered, in the transaction of the answer."""

from portal.cases.life.case import Case
from portal.cases.talk.conversation import Message
from portal.notices.write import named_in, tell, variables_of

CODE = "N33"


async def told(case: Case, message: Message) -> None:
    """Write the notice about *message*, unless the citizen wrote it."""
    if not message.by_staff:
        return
    occasion = f"message-{message.id}"
    await tell(CODE, [named_in(case, case.person)], case, occasion, **await variables_of(case, CODE))
