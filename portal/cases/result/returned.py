"""退回: what the approver sent back, and why. It stays open until the case is sent on for approval again."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.cases.life.case import Case, Event, history
from portal.cases.life.moves import State

AT_WORK = (State.REVIEWING, State.APPRAISING, State.CORRECTION)  # where the draft is made again


class Returned(msgspec.Struct, frozen=True):
    """A draft that was sent back: when, by whom (a member's id), and the approver's comment."""

    at: datetime
    by: str
    comment: str


async def returned(case: Case) -> Returned | None:
    """Return the comment with which *case* came back, while the draft is still to be made again."""
    return returned_in(case, await history(case))


def returned_in(case: Case, events: Sequence[Event]) -> Returned | None:
    """Return the same from the *events* of the case, where they are known."""
    if case.at not in AT_WORK:
        return None
    last = next((event for event in reversed(events) if event.action == "send_back"), None)
    return Returned(last.at, last.actor, last.note) if last else None
