"""A packet of paper originals as the desk shows it, on the case and in the register of what comes in."""

import msgspec

from portal.cases.mail import originals
from portal.cases.mail.originals import Original, Place
from portal.core.tools.i18n import listed
from portal.regions.load import Region

MOVED_ON = "刚才有了变化，没有保存。请看最新的情况。"
PLACES = {
    Place.NOT_NEEDED: "不用寄了",
    Place.ASKED: "等申请人寄来",
    Place.IN_TRANSIT: "申请人已寄出",
    Place.RECEIVED: "已收到，等核对",
    Place.CHECKED: "已核对，等寄回",
    Place.SENT_BACK: "已寄回",
}


class Packet(msgspec.Struct, frozen=True):
    """A packet with the names of what is in it."""

    original: Original
    contents: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return PLACES[self.original.at]


def packet(original: Original, region: Region) -> Packet:
    """Return *original* as the desk shows it."""
    return Packet(original, listed(originals.named(original, region), "{first}，{rest}"))
