"""``python -m tests.bench.scale``: queue, search, counts, 我的办件 and reports with 10,000 to 1,000,000 cases.

Each size has a database and a process of its own (`sized.py`). The sizes are asked in turn, one
question after the other, so that whatever else the machine does meanwhile troubles them alike, and
their figures can be compared. Printed are the middle of the waiting time and the CPU: of a
statement that of the database alone, of a page all of it. Sizes and databases can be named::

    SCALE=10000,100000,1000000 SCALE_ON=sqlite,postgres python -m tests.bench.scale
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIZES, DATABASES = "10000,100000,1000000", "sqlite,postgres"
AIM = 1.5
ROUNDS = 9


class Sized:
    """A process that holds a database of one size and answers in lines of JSON."""

    def __init__(self, database: str, size: int, folder: Path) -> None:
        """Start it; it generates its cases while others do the same."""
        folder.mkdir()
        environment = {**os.environ, "PORTAL_DATA": str(folder), "PORTAL_ORIGIN": "https://mt.example.cn"}
        environment |= {"PORTAL_DEMO": "0", "PORTAL_HTTPS": "1", "PORTAL_LOG": "error"}
        environment.pop("DATABASE_URL", None)
        self.size = size
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.sized", database, str(size)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str) -> Any:
        """Send one line and return what comes back."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the process with {self.size} cases has ended"
        return json.loads(line)

    def end(self) -> None:
        """Let it go."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


# D66: sizes are asked in turn and CPU is measured beside the time, so a busy machine troubles all alike.
def main() -> None:
    """Measure each database."""
    sizes = [int(size) for size in os.environ.get("SCALE", SIZES).split(",") if size]
    for database in os.environ.get("SCALE_ON", DATABASES).split(",") if sizes else ():
        with tempfile.TemporaryDirectory() as folder:
            compare(database, sizes, Path(folder))


def compare(database: str, sizes: list[int], folder: Path) -> None:
    """Print the figures of every size beside each other, and the plans of the largest."""
    started = time.monotonic()
    print(f"{database}: p50 and CPU in ms (each x that of {sizes[0]:,} cases; aim {AIM})", flush=True)
    held: list[Sized] = []
    try:
        held += [Sized(database, size, folder / str(size)) for size in sizes]
        for one in held:
            print("  {:9,} cases made in {:.0f} s, {:.0f} s of CPU".format(one.size, *one.ask("made")), flush=True)
        for name in held[0].ask("names"):
            figures = [[one.ask(name) for one in held] for _ in range(ROUNDS)]
            print(line(name, figures), flush=True)
        print(f"  load {os.getloadavg()[0]:.1f}, whole of it {time.monotonic() - started:.0f} s; plans of the largest:")
        for name, plan in held[-1].ask("plans"):
            print(f"    {name}: {plan}"[:600])
    finally:
        for one in held:
            one.end()


def line(name: str, rounds: list[list[tuple[float, float]]]) -> str:
    """Return a line of the table: for each size p50, CPU, and how they compare to the first size.

    Compared is round by round, then the middle is taken: what troubles a round troubles all its sizes.
    """
    cells, worst = [], 0.0  # over the aim is what waits longer because there is more to do, not because others work
    for at in range(len(rounds[0])):
        waited, worked = (statistics.median(one[at][which] for one in rounds) * 1e3 for which in (0, 1))
        x_waited, x_worked = (statistics.median(one[at][which] / one[0][which] for one in rounds) for which in (0, 1))
        cells.append(f"{waited:8.2f} ({x_waited:4.2f}) {worked:8.3f} ({x_worked:4.2f})")
        worst = max(worst, min(x_waited, x_worked))
    return f"  {name:34}{'  |'.join(cells)}{'' if worst <= AIM else '   over the aim'}"


if __name__ == "__main__":
    main()
