"""``python -m tests.bench``: start the servers, ask, print one table of figures.

Absolute figures move with the machine; the ratios of one run are what counts. CPU is that of the
server process (and, told apart, of its sandbox), read from the kernel's accounting.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e import papers
from e2e.server import Server, free_port
from tests.bench import journey, live, scale, uploads, walker
from tests.bench.client import Browser, children, cpu_seconds, pss_mib

ROUNDS, REQUESTS, JOURNEYS, AT_ONCE = 5, 300, 6, 4
NAMES = {"13800000101": "张丽", "13800000104": "吴刚", "13800000110": "陈嘉欣", "13800000111": "梁志豪"}
DISEASES = ("M03900", "M01600", "M00500", "M07801", "M08300", "M05300", "M06900", "M04600")


def main() -> None:
    """Measure everything and print it; ``SCALE=`` leaves out the many cases."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "var", free_port())
        server.start()
        try:
            with yardstick("bare") as bare, yardstick("litestar") as litestar:
                pages(server, bare, litestar)
            journeys(server)
            first_view(server)
            uploads.measure(server)
            memory(server)
        finally:
            server.stop()
    live.measure()
    scale.main()


@contextmanager
def yardstick(name: str) -> Iterator[tuple[int, int]]:
    """Serve a yardstick; yield its process id and port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.servers", name, str(port)])
    time.sleep(3)
    try:
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


def pages(server: Server, bare: tuple[int, int], litestar: tuple[int, int]) -> None:
    """Print CPU per request of the yardsticks and of our pages, in interleaved rounds."""
    browser, home, number = prepared(server)
    here = server.process.pid if server.process else 0
    asked: dict[str, Callable[[], float]] = {
        "bare ASGI answer": lambda: cpu_of(Browser("127.0.0.1", bare[1]), bare[0], "/"),
        "Litestar + Jinja, empty page": lambda: cpu_of(Browser("127.0.0.1", litestar[1]), litestar[0], "/"),
        "service guide, nobody signed in": lambda: cpu_of(Browser("127.0.0.1", browser.port), here, "/meishan/"),
        "wizard page (diagnosis), signed in": lambda: cpu_of(browser, here, f"{home}/diagnosis"),
        "progress page": lambda: cpu_of(browser, here, f"/meishan/cases/{number}"),
        "my cases": lambda: cpu_of(browser, here, "/meishan/me"),
    }
    found: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, measure in asked.items():
            found[name].append(measure())
    empty = statistics.median(found["Litestar + Jinja, empty page"])
    print(f"CPU per request, median of {ROUNDS} rounds of {REQUESTS} (compressed answers)")
    for name, figures in found.items():
        middle = statistics.median(figures)
        print(f"  {name:38} {middle * 1e6:7.0f} us   {middle / empty:5.2f} x the empty page")


def prepared(server: Server) -> tuple[Browser, str, str]:
    """Return a signed-in browser, the address of an open draft and the number of a submitted case."""
    journey.SMALL, photo = papers.small_photo(), papers.photo()  # before: the server closes an idle connection
    browser = Browser("127.0.0.1", server.port)
    journey.sign_in(browser, "13800000101")
    number = journey.apply(browser, NAMES["13800000101"], photo, DISEASES[0])
    page = browser.get("/meishan/apply/new")
    browser.follow(browser.post("/meishan/apply/new", page.hidden))
    return browser, browser.last, number


def cpu_of(browser: Browser, pid: int, path: str) -> float:
    """Return the CPU seconds of the server per request of *path*."""
    for _ in range(20):
        browser.get(path, compressed=True)
    before = cpu_seconds(pid)
    for _ in range(REQUESTS):
        answer = browser.get(path, compressed=True)
        assert answer.status == 200, (path, answer.status)
    return (cpu_seconds(pid) - before) / REQUESTS


def journeys(server: Server) -> None:
    """Print CPU per application, and applications a second with several people at once."""
    pid = server.process.pid if server.process else 0
    photo, costs = papers.photo(), []
    browser = Browser("127.0.0.1", server.port, address="10.1.0.2")
    journey.sign_in(browser, "13800000110")
    for number in range(JOURNEYS):
        before = cpu_seconds(pid)
        journey.apply(browser, NAMES["13800000110"], photo + b"%d" % number, DISEASES[number])
        costs.append(cpu_seconds(pid) - before)
    print(f"Whole application: {browser.requests // JOURNEYS} requests, photos of {len(photo) / 1e6:.1f} MB and small")
    print(f"  CPU of the server, sandbox left out    {statistics.median(costs) * 1e3:7.1f} ms (aim 20)")
    took = timed_at_once(server)
    rate = AT_ONCE * len(walker.DISEASES) / took
    print(f"  {AT_ONCE} people at once, every step durable  {rate:7.2f} applications/s, pictures decoded")


def timed_at_once(server: Server) -> float:
    """Return the seconds that several people take who apply at the same time, papers at hand."""
    code = "from tests.bench.walker import main; main()"
    people = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(server.port), mobile, name, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, (mobile, name) in enumerate(list(NAMES.items())[:AT_ONCE])
    ]
    for one in people:
        assert one.stdout and one.stdout.readline() == "ready\n"
    started = time.monotonic()
    for one in people:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.close()
    for one in people:
        assert one.wait(240) == 0
    return time.monotonic() - started


def first_view(server: Server) -> None:
    """Print what a phone fetches to see the first page: requests and bytes, headers left out."""
    print("First view, compressed")
    for path in ("/", "/meishan/", "/meishan/login"):
        browser = Browser("127.0.0.1", server.port, address="10.1.0.3")
        answer = browser.get(path, compressed=True)
        linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get(path).text)
        sizes = [len(answer.body), *(len(browser.get(one, compressed=True).body) for one in dict.fromkeys(linked))]
        print(f"  {path:20} {sum(sizes) / 1000:6.1f} kB in {len(sizes)} requests (aim 33 kB, 8 requests)")


def memory(server: Server) -> None:
    """Print the memory of the server and of its helper."""
    pid = server.process.pid if server.process else 0
    print(f"Memory afterwards: server {pss_mib(pid):.0f} MiB PSS (aim 90), sandbox helper", end=" ")
    print(" ".join(f"{pss_mib(child):.0f} MiB" for child in children(pid)))


if __name__ == "__main__":
    main()
