"""Example pictures for defects of papers: on the left a wrong paper, on the right a good one.

A city's library of reasons names the drawing of each reason. This module lists the drawings of
``static/images/reasons`` with their descriptions.
"""

from typing import NamedTuple

from portal.core.tools.i18n import Said
from portal.regions.catalogue import BadFile
from portal.regions.load import Region


class Picture(NamedTuple):
    """A drawing of two panels: the name of its file, what each shows, for people who cannot see it."""

    name: str
    wrong: str  # on the left
    right: str  # on the right

    @property
    def said(self) -> str:
        """The description of the whole drawing."""
        return Said("左边：{wrong}。右边：{right}。", wrong=self.wrong, right=self.right)


# D57: image files with a dark look inside: cached once, and nothing to inline into each page.
PICTURES = {
    one.name: one
    for one in (
        Picture("missing", "一张都没有", "有这份材料"),
        Picture("unreadable", "字糊成一片", "每个字都看得清"),
        Picture("incomplete", "只有第一页", "每一页都在"),
        Picture("no_stamp", "该盖章的地方是空的", "盖了红色的医院公章"),
        Picture("wrong_paper", "是收费小票", "是医院的病历资料"),
        Picture("wrong_person", "材料上是另一个人", "材料上是申请人本人"),
        Picture("too_old", "日期是很久以前的", "日期是最近的"),
        Picture("one_side", "只有正面", "正面和反面都有"),
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
