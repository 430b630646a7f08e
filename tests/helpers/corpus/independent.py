"""A look into a PDF by another program than the one that cleaned it: Debian's qpdf, else the one in pikepdf.

The file is written out with every stream unpacked; what is then plain text is searched for
whatever acts. Streams themselves are left out: what stands in a picture runs nothing.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.helpers.papers import readable

QPDF = shutil.which("qpdf")
STREAM = re.compile(rb"\nstream\n.*?endstream", re.DOTALL)
ACTIVE = (
    *(b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/EmbeddedFiles", b"/EF"),
    *(b"/Filespec", b"/RichMedia", b"/Screen", b"/Movie", b"/Sound", b"/3D", b"/FileAttachment", b"/SubmitForm"),
    *(b"/ImportData", b"/GoToR", b"/GoToE", b"/XFA", b"/Rendition", b"/Collection", b"/Ref"),
)
NAMED = re.compile(rb"/[A-Za-z0-9#]+")
LINK = re.compile(rb"/URI \(([^)]*)\)")
GOOD_LINKS = (b"http://", b"https://", b"mailto:", b"tel:")


def left_in(content: bytes) -> list[str]:
    """Return what acts in a PDF, or is wrong with it."""
    text = STREAM.sub(b"", _written_out(content))
    names = set(NAMED.findall(text))
    found = [name.decode() for name in ACTIVE if name in names]
    found += [link.decode("latin-1") for link in LINK.findall(text) if not link.lower().startswith(GOOD_LINKS)]
    found += ["planted"] if b"planted" in text else []
    return found + _errors(content)


def _written_out(content: bytes) -> bytes:
    if QPDF is None:
        return readable(content)
    return _qpdf(content, "--qdf", "--object-streams=disable", "--decode-level=all").stdout


def _errors(content: bytes) -> list[str]:
    if QPDF is None:
        return []
    done = _qpdf(content, "--check", into=False)
    return [] if done.returncode in (0, 3) else [done.stderr.decode("utf-8", "replace").strip()[:300]]


def _qpdf(content: bytes, *how: str, into: bool = True) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.pdf"
        path.write_bytes(content)
        return subprocess.run(
            ["qpdf", *how, str(path), *(["-"] if into else [])], capture_output=True, check=False, timeout=60
        )
