"""What the pages of the portal must be as HTML: nested as the standard allows, every id once, few landmarks.

A checker of the whole standard is not here. This finds what templates get wrong in practice.
"""

import re
from collections import Counter

from tests.helpers.recording import named

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b([^>]*)>")
ID = re.compile(r'\sid="([^"]+)"')
SILENT = re.compile(r"<(script|style|textarea|svg)\b.*?</\1>", re.DOTALL)
LANDMARK = re.compile(
    r"<(main|nav|header class=\"masthead|footer|aside)\b"
    r"|<(?:section|form)\b[^>]* aria-label(?:ledby)?=\"|role=\"(?:region|search)\""
)
VOID = named("area base br col embed hr img input link meta option source track wbr path circle rect line")
# Only words and what is set among them may stand in these.
WORDS_ONLY = named("p span h1 h2 h3 h4 h5 h6 label button strong b em i small time summary bdi caption")
BLOCKS = named(
    "address article aside details dialog div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p"
    " section table ul"
)
PRESSED = frozenset(("a", "button", "summary", "label"))  # nothing to press stands in another
_seen: set[int] = set()


def faults_in(page: str) -> list[str]:
    """Return what is wrong in how a *page* is nested; pages of one shape are looked at once."""
    tags = TAG.findall(SILENT.sub("", page))
    shape = hash(tuple((end, name) for end, name, _ in tags))
    faults = [f"id={name} stands {times} times" for name, times in Counter(ID.findall(page)).items() if times > 1]
    if shape in _seen:
        return faults
    open_tags: list[str] = []
    for end, name, rest in tags:
        if name in VOID or rest.endswith("/"):
            continue
        if not end:
            faults += _misplaced(name, open_tags)
            open_tags.append(name)
        elif open_tags and open_tags[-1] == name:
            open_tags.pop()
        else:
            faults.append(f"</{name}> ends <{open_tags[-1] if open_tags else ''}>")
            break
    if not faults:
        _seen.add(shape)
    return faults


def _misplaced(name: str, around: list[str]) -> list[str]:
    """Return what forbids the element *name* inside the elements *around*."""
    holder = around[-1] if around else ""
    if name in BLOCKS and holder in WORDS_ONLY and not (holder == "summary" and name.startswith("h")):
        return [f"<{name}> in <{holder}>"]
    if name in ("form", "a", "button") and (name in around or (name != "form" and PRESSED.intersection(around))):
        return [f"<{name}> in another: {' '.join(around[-5:])}"]
    return []


def landmarks_in(page: str) -> int:
    """Return how many landmarks a screen reader lists on a *page*."""
    return len(LANDMARK.findall(page))
