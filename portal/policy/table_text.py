"""Rows of a CSV file by their code: read, change, add and remove them in its text."""

import csv
import io
from collections.abc import Mapping

from portal.regions.catalogue import rows


def by_code(text: str) -> dict[str, dict[str, str]]:
    """Return the rows of *text* by their code, in the order of the file."""
    return {str(row["code"]): {name: str(cell or "") for name, cell in row.items() if name} for _, row in rows(text)}


def with_row(text: str, row: Mapping[str, str], instead: str = "") -> str:
    """Return *text* with *row* in place of the row with the code *instead*, or as the last row if there is none."""
    found = by_code(text)
    if instead in found:
        return _written([dict(row) if code == instead else old for code, old in found.items()], text)
    return _written([*found.values(), dict(row)], text)


def without_row(text: str, code: str) -> str:
    """Return *text* without the row with this code."""
    return _written([row for known, row in by_code(text).items() if known != code], text)


def _written(table: list[dict[str, str]], like: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, csv.DictReader(io.StringIO(like)).fieldnames or (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()
