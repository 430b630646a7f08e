"""Whether a delegation holds: the same answer from the struct and from a statement."""

from datetime import timedelta

import pytest

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Wanted, open_in_sql
from portal.accounts.delegation_states import STATES
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from tests.helpers.factories import make_person

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("state", STATES)
async def test_a_statement_and_the_struct_agree_in_every_state_and_on_every_day(state: str) -> None:
    today = clock.today()
    first, last = today - timedelta(days=2), today + timedelta(days=2)
    known = await delegations.propose(
        Wanted(
            region="meishan",
            principal=(await make_person()).id,
            proxy=(await make_person("ms-02")).id,
            route="letter",
            relation="朋友",
            scopes=("apply",),
            disease="",
            starts_on=first,
            ends_on=last,
            principal_phone="",
            proxy_phone="",
        ),
        at_most=3,
    )
    await execute("UPDATE delegation SET state = $2 WHERE id = $1", known.id, state)
    stored = await delegations.delegation(known.id)
    assert stored

    for day in (first - timedelta(days=1), first, last, last + timedelta(days=1)):
        for verified in (False, True):
            condition = open_in_sql("delegation", "$2", verified=verified)
            found = await fetch_value(f"SELECT id FROM delegation WHERE id = $1 AND {condition}", known.id, day)

            assert bool(found) == (stored.open_on(day) and (stored.verified or not verified))
