"""The server is killed in the middle of things: what was acknowledged is there, whole and once, and nothing half."""

import random
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest

from tests.bench import journey
from tests.helpers.crash import PEOPLE, Applicant, a_server_to_kill, picture, rows, until_the_server_is_killed
from tests.helpers.forked import Forked

KILLS = 10
SEED = 20261122


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forked]:
    """A server that is back at once, with a database of its own."""
    yield from a_server_to_kill(tmp_path, monkeypatch)


def submit_or_take_back(one: Applicant) -> None:
    """Submit the application if it is a draft, else take it back."""
    browser, number = one.browser, one.number
    page = browser.get(f"/meishan/cases/{number}")
    if page.status == 303:
        home = page.headers["location"]
        page = browser.get(f"{home}/signature")
        fields = {**page.hidden, "declared": "yes", "signature": one.name}
        one.does("submit", lambda: browser.post(f"{home}/signature", fields))
    else:
        page = browser.get(f"/meishan/cases/{number}/take-back")
        one.does("take_back", lambda: browser.post(f"/meishan/cases/{number}/take-back", page.hidden))


EVENTS = """
SELECT c.application_no, e.id, e.action, e.before, e.after FROM cases c JOIN case_event e ON e.case_id = c.id
ORDER BY e.id
"""
LETTERS = "SELECT event_id, kind, count(*) FROM letter GROUP BY event_id, kind"
NOTICES = "SELECT event_id, count(*) FROM notice GROUP BY event_id"
CASES = """
SELECT c.application_no, c.state, d.open FROM cases c JOIN case_disease d ON d.case_id = c.id
WHERE c.application_no IS NOT NULL
"""


def check_applications(server: Forked, people: list[Applicant]) -> None:
    """Have every application be where its history says, with one letter for each step, and nothing lost."""
    letters = {(event, kind): count for event, kind, count in rows(server, LETTERS)}
    notices = dict(rows(server, NOTICES))
    events = rows(server, EVENTS)
    held = {number: (state, bool(open_)) for number, state, open_ in rows(server, CASES)}
    for one in people:
        number = one.number
        mine = [(id, action, before, after) for no, id, action, before, after in events if no == number]
        actions = [action for _, action, _, _ in mine]
        assert actions.count("submit") in one.in_doubt("submit"), one.tried
        assert actions.count("take_back") in one.in_doubt("take_back"), one.tried
        assert actions.count("accept") == actions.count("submit")
        assert all(earlier[3] == later[2] for earlier, later in pairwise(mine)), mine
        assert held[number] == (mine[-1][3], mine[-1][3] != "draft")
        for id, action, _, _ in mine:
            assert [kind for (event, kind), count in letters.items() if event == id and count == 1] == WRITES[action]
            assert notices.get(id, 0) == notices.get(first(mine, action), 0)
    assert len([number for number, (state, _) in held.items() if state not in LONG_AGO]) == len(people)


LONG_AGO = {"approved", "denied"}  # what the demonstration begins with
WRITES = {"submit": ["L01"], "accept": ["L02"], "take_back": []}


def first(events: list[tuple[int, str, str, str]], action: str) -> int:
    """Return the id of the first event with *action*; nobody was killed at that one."""
    return next(id for id, its_action, _, _ in events if its_action == action)


def test_whatever_application_was_acknowledged_before_a_crash_is_there_once_and_whole(server: Forked) -> None:
    chance, photo = random.Random(SEED), picture("photo")
    journey.SMALL = picture("small")
    people = [Applicant(server, mobile) for mobile in PEOPLE]
    for one in people:
        one.number = journey.apply(one.browser, one.name, photo, "M01600")
        one.tried, one.acknowledged = ["submit"], ["submit"]
        submit_or_take_back(one)

    span, done, cut_off = 0.5, 0, 0
    for kills in count(1):
        until_the_server_is_killed(server, people, submit_or_take_back, chance.uniform(0.04, 1) * span)
        assert [one.wrong for one in people] == [[]] * len(people)
        check_applications(server, people)
        before, done = done, sum(len(one.acknowledged) for one in people)
        cut_off = sum(len(one.tried) - len(one.acknowledged) for one in people)
        # What else the machine has to do changes meanwhile; a few acts a round are what cuts best.
        span *= 1.5 if done - before < 3 else 0.8 if done - before > 12 else 1
        if kills >= KILLS and (done > 3 * KILLS or kills == 4 * KILLS):
            break

    assert done > 3 * KILLS
    assert cut_off > 0, "nobody was ever cut off, so this test has tested nothing"
    for one in people:
        check_letters(one)


def check_letters(one: Applicant) -> None:
    """Have every letter of the case open."""
    if submitted(one):
        page = one.browser.get(f"/meishan/cases/{one.number}")
        links = [part.partition('"')[0] for part in page.text.split('href="') if "/letters/" in part.partition('"')[0]]
        assert links
        assert {one.browser.get(link).status for link in links} == {200}


def submitted(one: Applicant) -> bool:
    """Return whether the application is with the office now."""
    return one.browser.get(f"/meishan/cases/{one.number}").status == 200
