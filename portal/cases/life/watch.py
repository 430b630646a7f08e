"""Every move of a case is a row of the audit log, in its transaction.

The audit log has one writer at a time, so this listener is the last (`portal.following`): a transaction that
waits for the log holds nothing that the one before it still needs.
"""

from portal.cases.life.case import Case, Event
from portal.cases.life.moves import Move
from portal.core.store import audit


async def watch(case: Case, event: Event, _move: Move) -> None:
    """Write a row with the move and its actor into the audit log."""
    await audit.note(actor=event.actor, role=event.role, act=event.action, thing=f"case:{case.id}", about=case.person)
