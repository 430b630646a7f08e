"""The table of moves: what may happen, by whom, from where to where; everything else is refused."""

import itertools

import pytest

from portal.cases.life.case import Case
from portal.cases.life.moves import DECIDED, ENDS, MOVES, TURNS, Facts, NotAllowed, Role, State, find, moves_open, turn
from portal.regions.load import REGIONS, Region
from tests.helpers.changes import amended
from tests.helpers.specification import IN_HAND, LEGAL, spec

MEISHAN, XINXING = REGIONS["meishan"], REGIONS["xinxing"]


def table() -> set[tuple[str, str, str, str]]:
    """Return the same of the table in the code."""
    return {
        (start.value, move.action, move.lands(start, State(back)).value, role.value)
        for move in MOVES
        for start in move.before
        for role in move.who
        for back in IN_HAND
    }


def test_the_table_says_what_the_specification_says() -> None:
    differ = table() ^ spec()

    assert not differ, "write a new move into tests/helpers/specification.py as well, and its words into its row"


def test_it_has_as_many_rows_as_were_counted_there() -> None:
    transitions = {(start, action, end) for start, action, end, _ in spec()}

    assert len(transitions) == 48 - 2 + 2  # without starting and deleting, with revoking from two states
    assert len({action for _, action, _ in transitions}) == 26 - 2 + 1
    assert len(spec()) == 76 - 3 - 3 + 2


def test_every_state_can_be_reached_from_the_draft_and_only_the_ends_are_ends() -> None:
    reached, news = set(), {"draft"}
    while news:
        reached |= news
        news = {end for start, _, end, _ in spec() if start in news} - reached

    assert reached == {state.value for state in State}
    leave = {start for start, action, end, _ in spec() if end != start or start not in set(ENDS)}
    assert leave == reached - {end.value for end in ENDS}
    assert {end.value for end in ENDS} == {
        "approved",
        "partly_approved",
        "denied",
        "not_accepted",
        "withdrawn",
        "lapsed",
    }
    assert DECIDED < ENDS


def test_from_every_open_state_an_end_can_be_reached() -> None:
    for start in State:
        reached, news = set(), {start.value}
        while news:
            reached |= news
            news = {end for begin, _, end, _ in spec() if begin in news} - reached
        assert reached & {end.value for end in ENDS}


def test_in_every_open_state_it_is_somebodys_turn_and_at_the_end_nobodys() -> None:
    assert set(TURNS) == set(State) - ENDS
    assert {turn(state) for state in ENDS} == {"nobody"}


def test_every_action_has_one_number_and_goes_to_one_place() -> None:
    by_action: dict[str, set[str]] = {}
    for move in MOVES:
        by_action.setdefault(move.action, set()).add(move.number)

    assert all(len(numbers) == 1 for numbers in by_action.values())
    assert [move.number for move in MOVES] == sorted(move.number for move in MOVES)


ACTIONS = sorted({action for _, action, _, _ in spec()} | {"start", "delete", "end_delegation"})
EASY = (
    Facts(State.DRAFT, outcome=State.APPROVED),
    Facts(State.DRAFT, outcome=State.DENIED, corrections_asked=9, one_more=True, minutes_since_submit=9),
    Facts(State.DRAFT, taken_up=True, unverified=True, outcome=State.PARTLY_APPROVED, minutes_since_submit=99),
)


def everything_on(region: Region) -> Region:
    """Return the region with every optional stage switched on, so that only the table can refuse."""
    return amended(
        region,
        publicity={"enabled": True},
        extension={"allowed": True},
        proxy={"online_consent": "optional"},
        acceptance={"deemed_acceptance": True},
    )


@pytest.mark.parametrize("region", [MEISHAN, XINXING, everything_on(MEISHAN), everything_on(XINXING)])
@pytest.mark.parametrize("role", Role)
def test_what_is_not_in_the_table_is_refused_whatever_else_is_so(region: Region, role: Role) -> None:
    for state, action, facts in itertools.product(State, ACTIONS, EASY):
        if (state.value, action, role.value) not in LEGAL:
            with pytest.raises(NotAllowed):
                find(action, facts._replace(state=state), role, region)


def test_what_is_in_the_table_is_open_in_one_of_the_two_cities() -> None:
    for state, action, role in LEGAL:
        open_ = [
            move.action
            for region in (everything_on(MEISHAN), everything_on(XINXING))
            for facts in EASY
            for move in moves_open(facts._replace(state=State(state)), Role(role), region)
        ]
        assert action in open_, (state, action, role)


def open_now(region: Region, role: Role, state: State, **facts: object) -> set[str]:
    return {move.action for move in moves_open(Facts(state, **facts), role, region)}  # type: ignore[arg-type]


S, R = State, Role
# region, role, state, facts, action, whether it is open
CASES = [
    (XINXING, R.REVIEWER, S.REVIEWING, {}, "invite_experts", True),
    (XINXING, R.REVIEWER, S.REVIEWING, {}, "draft_decision", False),
    (MEISHAN, R.REVIEWER, S.REVIEWING, {}, "invite_experts", False),
    (MEISHAN, R.REVIEWER, S.REVIEWING, {}, "draft_decision", True),
    (MEISHAN, R.REVIEWER, S.REVIEWING, {"corrections_asked": 0}, "ask_correction", True),
    (MEISHAN, R.REVIEWER, S.REVIEWING, {"corrections_asked": 1}, "ask_correction", False),
    (MEISHAN, R.REVIEWER, S.REVIEWING, {"corrections_asked": 1, "one_more": True}, "ask_correction", True),
    (XINXING, R.REVIEWER, S.APPRAISING, {"corrections_asked": 99}, "ask_correction", True),
    (XINXING, R.INSURED_PERSON, S.SUBMITTED, {"minutes_since_submit": 10}, "take_back", True),
    (XINXING, R.INSURED_PERSON, S.SUBMITTED, {"minutes_since_submit": 10.02}, "take_back", False),
    (XINXING, R.PROXY, S.SUBMITTED, {"taken_up": True}, "take_back", False),
    (XINXING, R.INSURED_PERSON, S.REVIEWING, {}, "take_back", False),
    (MEISHAN, R.INSURED_PERSON, S.REVIEWING, {}, "take_back", True),
    (MEISHAN, R.INSURED_PERSON, S.REVIEWING, {"minutes_since_submit": 11}, "take_back", False),
    (MEISHAN, R.SYSTEM, S.SUBMITTED, {}, "accept", True),
    (XINXING, R.SYSTEM, S.SUBMITTED, {}, "accept", False),
    (XINXING, R.SYSTEM, S.SUBMITTED, {}, "deem_accepted", True),
    (MEISHAN, R.SYSTEM, S.SUBMITTED, {}, "deem_accepted", False),
    (MEISHAN, R.SYSTEM, S.SUBMITTED, {"unverified": True}, "deem_accepted", True),
    (amended(XINXING, acceptance={"deemed_acceptance": False}), R.SYSTEM, S.SUBMITTED, {}, "deem_accepted", False),
    (XINXING, R.APPROVER, S.DECIDING, {}, "publish", False),
    (amended(XINXING, publicity={"enabled": True}), R.APPROVER, S.DECIDING, {}, "publish", True),
    (XINXING, R.SUPERVISOR, S.REVIEWING, {}, "extend_deadline", True),
    (XINXING, R.SUPERVISOR, S.REVIEWING, {"extended": True}, "extend_deadline", False),
    (amended(XINXING, extension={"allowed": False}), R.SUPERVISOR, S.DECIDING, {}, "extend_deadline", False),
    (MEISHAN, R.INSURED_PERSON, S.CORRECTION, {}, "extend_correction", True),
    (MEISHAN, R.INSURED_PERSON, S.CORRECTION, {"answer_extended": True}, "extend_correction", False),
    (amended(MEISHAN, correction={"citizen_extensions": 0}), R.PROXY, S.CORRECTION, {}, "extend_correction", False),
    (XINXING, R.PROXY, S.APPRAISING, {}, "supplement", True),
    (amended(XINXING, supplement={"allowed_in": ["submitted"]}), R.PROXY, S.APPRAISING, {}, "supplement", False),
    (MEISHAN, R.PROXY, S.DRAFT, {}, "send_for_consent", True),
    (amended(MEISHAN, proxy={"online_consent": "off"}), R.PROXY, S.DRAFT, {}, "send_for_consent", False),
]


@pytest.mark.parametrize(("region", "role", "state", "facts", "action", "is_open"), CASES)
def test_the_citys_rules_and_the_past_of_a_case_decide(
    region: Region,
    role: Role,
    state: State,
    facts: dict[str, bool] | dict[str, bool | int] | dict[str, float] | dict[str, int] | dict[str, object],
    action: str,
    is_open: bool,
) -> None:
    assert (action in open_now(region, role, state, **facts)) is is_open


@pytest.mark.parametrize("outcome", sorted(DECIDED))
def test_a_decision_lands_where_the_diseases_say(outcome: State) -> None:
    open_ = moves_open(Facts(S.DECIDING, outcome=outcome), R.APPROVER, MEISHAN)
    (row,) = [row for row in open_ if row.action == "decide"]

    assert row.lands(S.DECIDING, S.DRAFT) is outcome


def test_without_an_outcome_nothing_can_be_decided() -> None:
    assert "decide" not in open_now(MEISHAN, R.APPROVER, S.DECIDING)


def test_an_approver_sends_back_to_where_the_city_reviews() -> None:
    assert find("send_back", Facts(S.DECIDING), R.APPROVER, MEISHAN).after is S.REVIEWING
    assert find("send_back", Facts(S.DECIDING), R.APPROVER, XINXING).after is S.APPRAISING


def test_buttons_come_in_the_order_of_the_table() -> None:
    numbers = [move.number for move in moves_open(Facts(S.REVIEWING), R.REVIEWER, MEISHAN)]

    assert numbers == sorted(numbers)


def test_a_refusal_names_action_role_and_state() -> None:
    with pytest.raises(NotAllowed, match="decide by reviewer in draft"):
        find("decide", Facts(S.DRAFT), R.REVIEWER, MEISHAN)


def test_every_move_says_in_words_what_it_did() -> None:
    without = [move.action for move in MOVES if not move.did]

    assert not without, "say it in the column `did` of its row; the history shows it to people"


def test_what_a_move_counts_marks_and_clears_are_columns_of_the_case() -> None:
    columns = {column for move in MOVES for names in (move.counts, move.marks, move.clears) for column in names.split()}

    assert columns <= set(Case.__struct_fields__)


def test_a_row_without_a_state_to_begin_in_moves_no_case() -> None:
    beside = {move.action for move in MOVES if not move.before}

    assert beside == {"terminate_benefit", "end_delegation"}
    assert all(move.after == "stay" for move in MOVES if not move.before)
