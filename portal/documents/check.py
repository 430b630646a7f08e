"""May a file be taken, and what do we say when not: format, size, number, content.

Every reason has a sentence that says what to do next. Warnings never block.
"""

import mmap
from collections.abc import Iterator

import msgspec

from portal.core.outside import clamd
from portal.core.store.storage import plain_chunks
from portal.core.tools.i18n import Said
from portal.core.tools.log import LOG
from portal.core.tools.sandbox import Apart, Limits, run_apart
from portal.core.tools.settings import SETTINGS
from portal.core.web.uploads import Received
from portal.documents.kinds import Clean, kind_of, stranger
from portal.regions.load import Region

MIB = 1 << 20
# Sixty scanned pages in one TIFF take ten seconds; of two children one may have to wait for the other.
LIMITS = Limits(cpu=SETTINGS.decode_seconds, wall=2.0 * SETTINGS.decode_seconds)
EXTENSIONS = {
    "JPEG": ("jpg", "jpeg", "jpe", "jfif", "mpo"),
    "PNG": ("png",),
    "PDF": ("pdf",),
    "HEIF": ("heic", "heif", "hif"),
    "AVIF": ("avif",),
    "WEBP": ("webp",),
    "BMP": ("bmp", "dib"),
    "TIFF": ("tif", "tiff"),
}
KNOWN = {extension: kind for kind, extensions in EXTENSIONS.items() for extension in extensions}

REASONS = {
    "too_big": "“{name}”有 {size}，超过了 {max}。请重新拍一张，或者把图片缩小后再传。",
    "empty": "“{name}”是空的，或者太小了，看不到内容。请重新选一个。",
    "type": "“{name}”这种文件我们打不开。请传照片或 PDF。",
    "office": "“{name}”是文档文件，我们打不开。请另存为 PDF，或者拍照上传。",
    "video": "“{name}”是视频。请拍照片上传，一页一张。",
    "mismatch": "“{name}”的名字和内容不一样，打不开。请重新拍照，或者重新导出 PDF。",
    "password": "“{name}”有密码，我们打不开。请去掉密码再传，或者直接拍照上传。",
    "corrupt": "“{name}”坏了，打不开。请重新拍照，或者重新导出 PDF。",
    "pages": "“{name}”的页数太多，最多 100 页。请只留和这个病有关的部分。",
    "leaves": "“{name}”的页数太多，这种图片最多 60 页。请存成 PDF，或者分成几个文件再传。",
    "slow": "“{name}”太复杂，打开要太久。请拍照上传，一页一张。",
    "pixels": "“{name}”的画面太大了。请把相机调成普通画质，重新拍一张。",
    "too_many": "已经传了 {count} 个文件，不能再多了。请先删掉用不着的，再传“{name}”。",
    "too_much": "所有文件加起来超过了 {total}。请先删掉用不着的，再传“{name}”。",
    "duplicate": "“{name}”已经传过了，不用再传。",
    "virus": "“{name}”可能不安全，没有收下。请换一个文件，或者直接拍照。",
}
# The same reasons in a word, for lists of figures.
IN_SHORT = {
    "too_big": "文件太大",
    "empty": "文件是空的",
    "type": "格式不收",
    "office": "是文档文件",
    "video": "是视频",
    "mismatch": "名字和内容不一样",
    "password": "有密码",
    "corrupt": "文件坏了",
    "pages": "页数太多",
    "leaves": "图片页数太多",
    "slow": "太复杂，打开太久",
    "pixels": "画面太大",
    "too_many": "文件太多",
    "too_much": "加起来太大",
    "duplicate": "已经传过",
    "virus": "可能不安全",
}
WARNINGS = {
    "small": "这张照片太小，字可能看不清。请靠近一点再拍。您也可以不换，直接交。",
    "dark": "照片太暗了。请到窗边或开灯再拍。您也可以不换，直接交。",
    "blank": "这张照片上好像没有字。请看看是不是拍错了。您也可以不换，直接交。",
    "blurred": "照片好像不清楚，字有点糊。请拿稳手机，等对好焦再拍。您也可以不换，直接交。",
    "cut": "纸张好像没有拍全。请退后一点，把四个角都拍进去。您也可以不换，直接交。",
    "glare": "照片上好像有反光。请换个角度，或者关掉闪光灯再拍。您也可以不换，直接交。",
}
OFFICE = {"doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "ofd", "odt", "txt", "rtf", "html", "htm"}
VIDEO = {"mp4", "mov", "avi", "mkv", "3gp", "webm"}


class Verdict(msgspec.Struct, frozen=True):
    """What came of checking a file: a clean one, or the reason why it is not taken.

    `scanned` is False only when a virus scanner should have looked and could not be reached.
    """

    reason: str = ""
    clean: Clean | None = None
    scanned: bool = True


async def check(file: Received, *, card: bool = False) -> Verdict:
    """Return the verdict on one received file; decoding happens in the sandbox.

    Args:
        file: as it arrived.
        card: whether it may be a photo of an identity card, which is looked at a second time.
    """
    reason = at_first_sight(file)
    if reason:
        return Verdict(reason)
    virus = await virus_in(pieces(file))
    if virus:
        return Verdict("virus")
    try:
        found = await run_apart(
            "portal.documents.decode:cleaned", str(file.path), file.name, file.key, card, limits=LIMITS
        )
    except Apart as error:
        return Verdict(APART.get(str(error), "corrupt"))
    if "reason" in found:
        return Verdict(found["reason"])
    return Verdict(clean=Clean(**found), scanned=virus is not None)


APART = {"MemoryError": "pixels", "out of time": "slow", "answered without measure": "pixels"}


async def virus_in(content: Iterator[bytes]) -> str | None:
    """Return the virus in *content*; "" if there is none or no scanner is set; None if it did not answer."""
    if not clamd.configured():
        return ""
    try:
        return await clamd.virus_in(content)
    except clamd.Unreachable as error:
        LOG.error("virus scanner unreachable", error=str(error))
        return None


def pieces(file: Received) -> Iterator[bytes]:
    """Yield a received file as it was sent, a little at a time, whatever its size."""
    with file.path.open("rb") as sealed:
        mapped = mmap.mmap(sealed.fileno(), 0, access=mmap.ACCESS_READ)
    yield from plain_chunks(file.name, file.key, mapped)


def at_first_sight(file: Received) -> str:
    """Return the reason that size, name and first bytes give, or an empty string."""
    if file.too_large:
        return "too_big"
    if file.size == 0:
        return "empty"
    kind = kind_of(file.head)
    extension = extension_of(file.filename)
    if kind:
        named = KNOWN.get(extension, kind)
        # A photo under another photo's name is common and harmless; a PDF under a photo's is not.
        return "mismatch" if (named == "PDF") != (kind == "PDF") else ""
    if extension in KNOWN:
        return "mismatch"
    return "office" if extension in OFFICE else "video" if extension in VIDEO else stranger(file.head) or "type"


def extension_of(filename: str) -> str:
    """Return what stands after the last dot, in lower case."""
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def sentence(reason: str, name: str, size: int, region: Region) -> str:
    """Return what to tell the person about a file that was not taken."""
    limits = region.rules.uploads
    return Said(
        REASONS[reason],
        name=name or "没有名字的文件",
        size=f"{size / MIB:.1f} MB",
        max=f"{limits.max_file_mib} MB",
        total=f"{limits.max_total_mib} MB",
        count=limits.max_files_per_case,
    )
