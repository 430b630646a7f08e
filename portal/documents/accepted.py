"""What a place takes: formats, bytes and number of files; of the city, and of one material where it says so."""

import msgspec

from portal.core.tools.i18n import Said, listed
from portal.core.web.uploads import Received
from portal.documents.check import MIB, REASONS, sentence
from portal.documents.kinds import kind_of
from portal.regions.load import Region

# What a city calls a format, what the first bytes are called, what people read.
KINDS = {"jpg": "JPEG", "heic": "HEIF", "tif": "TIFF"}  # the others by their own names
PHOTOS = "image/*"
FURTHER = {
    "format": "“{name}”的格式这里不收，这一项只收 {formats}。请另存一份再传，或者打热线问一问。",
    "full": "这一项最多传 {count} 个文件。请先删掉用不着的，再传“{name}”。",
    "gone": "这个文件放得太久，没传完的部分已经清掉了。请重新选一次。",
}


class Allowed(msgspec.Struct, frozen=True):
    """What one place takes; *formats* is empty where every format of the city is taken."""

    formats: tuple[str, ...]
    file_mib: int
    files: int

    @property
    def accept(self) -> str:
        """What the browser's file chooser offers.

        Photos of every kind unless the place is narrower: named formats would keep a phone from
        turning its own into JPEG.
        """
        photos = not self.formats or any(name != "pdf" for name in self.formats)
        pdf = not self.formats or "pdf" in self.formats
        return ",".join([PHOTOS] * photos + ["application/pdf"] * pdf)

    @property
    def shown(self) -> str:
        """The formats in words."""
        return listed(name.upper() for name in self.formats)

    def reason(self, file: Received, held: int) -> str:
        """Return the name of the reason why this place does not take *file* where *held* lie already, or ""."""
        if file.size > self.file_mib << 20:
            return "too_big"
        if self.files and held >= self.files:
            return "full"
        kind = kind_of(file.head)
        wanted = {KINDS.get(name, name.upper()) for name in self.formats}
        return "format" if wanted and kind and kind not in wanted else ""

    def sentence(self, reason: str, name: str, size: int, region: Region) -> str:
        """Return what to tell the person about a file that was not taken here."""
        if reason in FURTHER:
            return Said(FURTHER[reason], name=name, count=self.files, formats=self.shown)
        if reason == "too_big":
            return Said(REASONS[reason], name=name, size=f"{size / MIB:.1f} MB", max=f"{self.file_mib} MB")
        return sentence(reason, name, size, region)


def allowed(region: Region, slot: str = "") -> Allowed:
    """Return what *slot* takes: its material's own limits, else those of the city."""
    city = region.rules.uploads
    found = {material.id: material for material in region.rules.materials}.get(slot.partition(".")[0])
    if found is None:
        return Allowed((), city.max_file_mib, 0)
    return Allowed(tuple(found.formats), found.max_file_mib or city.max_file_mib, found.max_files)
