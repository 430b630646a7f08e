"""The corpus: what people, phones, scanners and attackers send, and what is to come of each.

Everything is made here, so nothing need be licensed or stored. ``python -m tests.helpers.corpus.papers
FOLDER`` writes the files and ``manifest.csv`` (name, verdict, warnings) for whoever wants to look.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tests.helpers.corpus import pdfs, pictures, strangers


class Paper(msgspec.Struct, frozen=True):
    """One file.

    `verdict` is "" when it is to be taken, else the reason's name; `upright` that it shows the red,
    green and blue corners of `pictures.corners` and must come out upright; `armed` that it
    carries something that acts.
    """

    name: str
    make: Callable[[], bytes]
    verdict: str = ""
    warnings: tuple[str, ...] = ()
    pages: int = 1
    upright: bool = False
    armed: bool = False


def corpus() -> list[Paper]:
    """Return every file, in a stable order; no two have the same name."""
    found = [Paper(**fields) for part in (pictures, pdfs, strangers) for fields in part.papers()]
    names = [paper.name for paper in found]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    return found


def write(folder: Path) -> Iterator[str]:
    """Write every file and the manifest into *folder*; yield each name when it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("name", "verdict", "warnings", "pages"))
        for paper in corpus():
            (folder / paper.name).write_bytes(paper.make())
            rows.writerow((paper.name, paper.verdict or "taken", " ".join(paper.warnings), paper.pages))
            yield paper.name


if __name__ == "__main__":
    sys.stdout.write(f"{sum(1 for _ in write(Path(sys.argv[1])))} files\n")
