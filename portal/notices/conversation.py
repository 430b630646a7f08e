"""Tell the citizen that the office has answered: N33, in the transaction of the answer."""

from portal.cases.life.case import Case, Event
from portal.cases.talk.conversation import Message, on_message
from portal.notices.write import tell

CODE = "N33"


@on_message
async def told(case: Case, message: Message) -> None:
    """Write the notice, unless it was the citizen who wrote."""
    if not message.by_staff:
        return
    said = Event(
        id=message.id,
        number="",
        action="answer_message",
        before=case.state,
        after=case.state,
        role="reviewer",
        actor=message.author,
        on_behalf_of="",
        note="",
        days=0,
        at=message.at,
    )
    await tell(case, said, CODE, case.person)
