"""``python -m tests.bench.beside CHECKOUT``: ask this tree and another commit's checkout for the same pages in turn.

Whatever troubles the machine troubles both alike, so the ratio of the two is what counts. Prints CPU of the server
and compressed bytes for each page, and CPU and bytes for a whole application.
"""

import argparse
import re
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from e2e import papers
from e2e.server import Server, free_port
from tests.bench import journey
from tests.bench.client import Browser, cpu_seconds

ROUNDS = 15
REQUESTS = 80
APPLICATIONS = 4
DEARER = 1.05  # a page may cost this many times what it cost
LARGER = 1.02
PASSWORD = "mente-demo-2026"  # of every demo account at the desk
DISEASES = ("M03900", "M01600", "M00500", "M07801", "M08300")


class Side(NamedTuple):
    """One of the two servers, and who is signed in there."""

    server: Server
    citizen: Browser
    clerk: Browser
    pages: dict[str, tuple[Browser, str]]

    @property
    def pid(self) -> int:
        """The process of the server."""
        assert self.server.process
        return self.server.process.pid


def main() -> None:
    """Start both trees, measure in turn, print the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("checkout", type=Path, help="folder with the other commit")
    other = arguments.parse_args().checkout.resolve()
    with tempfile.TemporaryDirectory() as folder:
        trees = {"now": Path(__file__).parents[2], "before": other}
        servers = {name: _started(Path(folder) / name, tree) for name, tree in trees.items()}
        try:
            sides = {name: _prepared(server) for name, server in servers.items()}
            _pages(sides["now"], sides["before"])
            _applications(sides["now"], sides["before"])
        finally:
            for server in servers.values():
                server.stop()


def _started(data: Path, tree: Path) -> Server:
    """Start the demonstration of *tree*; its templates are compiled before anything is measured."""
    cache = str(data / "cache")
    server = Server(data, free_port(), PYTHONPATH=str(tree), PORTAL_CACHE=cache)
    server.start()
    return server


def _prepared(server: Server) -> Side:
    """Sign in a citizen with an open draft and a submitted case, and a clerk of the same city."""
    journey.SMALL = papers.small_photo()
    photo = papers.photo()
    citizen = Browser("127.0.0.1", server.port)
    journey.sign_in(citizen, "13800000101")
    number = journey.apply(citizen, "张丽", photo, DISEASES[0])
    page = citizen.get("/meishan/apply/new")
    citizen.follow(citizen.post("/meishan/apply/new", page.hidden))
    draft = citizen.last
    clerk = _at_the_desk(server)
    pages = {
        "service guide": (Browser("127.0.0.1", server.port, address="10.3.0.1"), "/meishan/"),
        "wizard page (diagnosis)": (citizen, f"{draft}/diagnosis"),
        "page of materials": (citizen, f"{draft}/materials"),
        "task list": (citizen, draft),
        "review": (citizen, f"{draft}/review"),
        "progress page": (citizen, f"/meishan/cases/{number}"),
        "receipt": (citizen, f"/meishan/cases/{number}/receipt"),
        "conversation": (citizen, f"/meishan/cases/{number}/conversation"),
        "my cases": (citizen, "/meishan/me"),
        "settings": (citizen, "/meishan/settings"),
        "delegations": (citizen, "/meishan/delegations"),
        "the desk": (clerk, "/staff/"),
        "the queue": (clerk, "/staff/queue"),
        "a case at the desk": (clerk, f"/staff/cases/{number}"),
    }
    return Side(server, citizen, clerk, pages)


def _at_the_desk(server: Server) -> Browser:
    clerk = Browser("127.0.0.1", server.port, address="10.3.0.2")
    page = clerk.get("/staff/login")
    answer = clerk.post("/staff/login", {**page.hidden, "login": "meishan-reviewer", "password": PASSWORD})
    page = clerk.follow(answer)
    code = re.search(r'id="demo-code">(\d{6})<', page.text)
    assert code, page.text[:500]
    assert clerk.post("/staff/login/code", {**page.hidden, "code": code[1]}).status == 303
    return clerk


def _pages(now: Side, before: Side) -> None:
    print(f"CPU a request, lower quartile of {ROUNDS} rounds of {REQUESTS}, and bytes as sent: now and before")
    for name in now.pages:
        costs: dict[str, list[float]] = {"now": [], "before": []}
        for turn in range(ROUNDS):
            pair = [("now", now), ("before", before)]
            for word, side in pair if turn % 2 else reversed(pair):
                costs[word].append(_cost(side, name))
        cost_now, cost_before = (_undisturbed(costs[word]) for word in ("now", "before"))
        bytes_now, bytes_before = (_size(side, name) for side in (now, before))
        over = cost_now > DEARER * cost_before or bytes_now > LARGER * bytes_before
        print(
            f"  {name:26} {cost_now * 1e6:6.0f} {cost_before * 1e6:6.0f} us {cost_now / cost_before:5.2f} x"
            f"  {bytes_now:6} {bytes_before:6} bytes {bytes_now / bytes_before:5.3f} x{'  OVER' if over else ''}"
        )


def _undisturbed(figures: list[float]) -> float:
    """Return the lower quartile: whatever else the machine does only ever adds to a figure."""
    return statistics.quantiles(figures, n=4)[0]


def _cost(side: Side, name: str) -> float:
    """Return the CPU seconds of the server for one request of a page."""
    browser, path = _again(*side.pages[name])
    for _ in range(10):
        browser.get(path, compressed=True)
    before = cpu_seconds(side.pid)
    for _ in range(REQUESTS):
        answer = browser.get(path, compressed=True)
        assert answer.status == 200, (path, answer.status)
    return (cpu_seconds(side.pid) - before) / REQUESTS


def _again(browser: Browser, path: str) -> tuple[Browser, str]:
    """Return a browser with the same cookies on a new connection: the server closes one that was idle."""
    return Browser(browser.host, browser.port, cookies=dict(browser.cookies), address=browser.address), path


def _size(side: Side, name: str) -> int:
    browser, path = _again(*side.pages[name])
    return len(browser.get(path, compressed=True).body)


def _applications(now: Side, before: Side) -> None:
    photo = papers.photo()
    costs: dict[str, list[float]] = {"now": [], "before": []}
    for number in range(APPLICATIONS):
        disease = DISEASES[1 + number % (len(DISEASES) - 1)]
        for word, side in (("now", now), ("before", before)):
            spent = cpu_seconds(side.pid)
            journey.apply(_again(side.citizen, "")[0], "张丽", photo + b"%d" % number, disease)
            costs[word].append(cpu_seconds(side.pid) - spent)
    middle = {word: statistics.median(figures) * 1e3 for word, figures in costs.items()}
    ratio = middle["now"] / middle["before"]
    print(f"  a whole application        {middle['now']:6.1f} {middle['before']:6.1f} ms {ratio:5.2f} x")


if __name__ == "__main__":
    main()
