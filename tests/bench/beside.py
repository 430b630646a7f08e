"""``python -m tests.bench.beside CHECKOUT``: ask this tree and another commit's checkout for the same pages in turn.

Whatever troubles the machine troubles both alike, so the ratio of the two is what counts. One start of the same code
differs from the next by up to a tenth (the layout of memory), so both are started several times, and the median of
the starts' ratios is printed with the least and the greatest. CPU is that of the server; bytes are as sent.
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

STARTS = 6
ROUNDS = 5
REQUESTS = 60
APPLICATIONS = 2  # for each start
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


class Figure(NamedTuple):
    """What one page cost at one start: CPU seconds and bytes, now and before."""

    now: float
    before: float
    bytes_now: int = 0
    bytes_before: int = 0


def main() -> None:
    """Start both trees several times, measure in turn, print the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("checkout", type=Path, help="folder with the other commit")
    trees = {"now": Path(__file__).parents[2], "before": arguments.parse_args().checkout.resolve()}
    figures: dict[str, list[Figure]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(STARTS):
            for name, figure in _measured(trees, Path(folder), number).items():
                figures.setdefault(name, []).append(figure)
    print(f"CPU a request, {STARTS} starts of {ROUNDS} rounds of {REQUESTS}; ratio, least to greatest; bytes as sent")
    for name, found in figures.items():
        print(_line(name, found))


def _measured(trees: dict[str, Path], folder: Path, number: int) -> dict[str, Figure]:
    """Start both trees once and return what each page and a whole application cost; who starts first alternates."""
    order = sorted(trees, reverse=bool(number % 2))
    servers = {name: _started(folder / f"{name}-{number}", folder / "templates", trees[name]) for name in order}
    try:
        sides = {name: _prepared(server) for name, server in servers.items()}
        now, before = sides["now"], sides["before"]
        figures = {name: _page(now, before, name) for name in now.pages}
        return {**figures, "a whole application": _application(now, before)}
    finally:
        for server in servers.values():
            server.stop()


def _line(name: str, figures: list[Figure]) -> str:
    ratios = sorted(figure.now / figure.before for figure in figures)
    ratio = statistics.median(ratios)
    now = statistics.median(figure.now for figure in figures) * 1e6
    before = statistics.median(figure.before for figure in figures) * 1e6
    line = f"  {name:24} {now:7.0f} {before:7.0f} us {ratio:5.2f} x ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    growth = statistics.median(figure.bytes_now / (figure.bytes_before or 1) for figure in figures)
    if figures[0].bytes_before:
        line += f"  {figures[0].bytes_now:6} bytes {growth:5.3f} x"
    return line + ("  OVER" if ratio > DEARER or growth > LARGER else "")


def _started(data: Path, templates: Path, tree: Path) -> Server:
    """Start the demonstration of *tree*; its templates are compiled before anything is measured."""
    server = Server(data, free_port(), PYTHONPATH=str(tree), PORTAL_CACHE=str(templates))
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


def _page(now: Side, before: Side, name: str) -> Figure:
    costs: dict[str, list[float]] = {"now": [], "before": []}
    for turn in range(ROUNDS):
        pair = [("now", now), ("before", before)]
        for word, side in pair if turn % 2 else reversed(pair):
            costs[word].append(_cost(side, name))
    return Figure(_undisturbed(costs["now"]), _undisturbed(costs["before"]), _size(now, name), _size(before, name))


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


def _application(now: Side, before: Side) -> Figure:
    photo = papers.photo()
    costs: dict[str, list[float]] = {"now": [], "before": []}
    for number in range(APPLICATIONS):
        disease = DISEASES[1 + number]
        for word, side in (("now", now), ("before", before)):
            spent = cpu_seconds(side.pid)
            journey.apply(_again(side.citizen, "")[0], "张丽", photo + b"%d" % number, disease)
            costs[word].append(cpu_seconds(side.pid) - spent)
    return Figure(min(costs["now"]), min(costs["before"]))


if __name__ == "__main__":
    main()
