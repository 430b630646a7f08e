"""Example pictures for defects of papers: on the left a wrong paper, on the right a good one.

A city's library of reasons names the drawing of each reason. This module lists the drawings of
``static/images/reasons`` with their descriptions.
"""

from typing import NamedTuple

from portal.regions.catalogue import BadFile
from portal.regions.load import Region


class Picture(NamedTuple):
    """A drawing of two panels: the name of its file, and its description for people who cannot see it."""

    name: str
    said: str


# D57: image files with a dark look inside: cached once, and nothing to inline into each page.
PICTURES = {
    one.name: one
    for one in (
        Picture("missing", "左边：一张都没有。右边：有这份材料。"),
        Picture("unreadable", "左边：字糊成一片。右边：每个字都看得清。"),
        Picture("incomplete", "左边：只有第一页。右边：每一页都在。"),
        Picture("no_stamp", "左边：该盖章的地方是空的。右边：盖了红色的医院公章。"),
        Picture("wrong_paper", "左边：是收费小票。右边：是医院的病历资料。"),
        Picture("wrong_person", "左边：材料上是另一个人。右边：材料上是申请人本人。"),
        Picture("too_old", "左边：日期是很久以前的。右边：日期是最近的。"),
        Picture("one_side", "左边：只有正面。右边：正面和反面都有。"),
    )
}


def pictures(region: Region) -> dict[str, Picture]:
    """Return ``{code of the reason: picture}`` of a city; 其他 has no picture.

    If an older version names a drawing that no longer exists, its reason is shown without a picture.
    """
    named = region.reasons.correction.items()
    return {code: PICTURES[one.picture] for code, one in named if one.picture in PICTURES}


def drawn(region: Region) -> None:
    """Check that a city names only existing drawings.

    Raises:
        BadFile: it names a drawing that does not exist.
    """
    for code, one in region.reasons.correction.items():
        if one.picture and one.picture not in PICTURES:
            at = f"{region.at}reasons.toml: correction.{code}.picture"
            raise BadFile(f"{at} is {one.picture!r}; there are {', '.join(PICTURES)}")
