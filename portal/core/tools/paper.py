"""Documents as PDF: typst source and data in, PDF/A-3a with PDF/UA-1 tags out.

The data go in as JSON, so that nothing a person typed is ever read as markup. Compiling happens
in the sandbox. With the standards switched on typst refuses a text the font cannot show; a name
is never printed as empty boxes.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from portal.core.tools.places import TEMPLATES
from portal.core.tools.sandbox import Apart, Limits, run_apart

# D10: a font of our own, because a certificate must show every name and a phone may have no Chinese font.
FONTS = Path(__file__).parents[1] / "fonts"
LIMITS = Limits(memory=4 << 30, cpu=20, wall=40.0)


class CannotPrint(Exception):
    """The document cannot be typeset; the message says why (a character that no font of ours has)."""


async def pdf(template: str, data: dict[str, Any], made: datetime) -> bytes:
    """Return the PDF of ``templates/<template>.typ`` with *data*; equal data give equal bytes.

    Raises:
        CannotPrint: it cannot be set.
    """
    try:
        good, result = await run_apart(
            "portal.core.tools.paper:compiled",
            str(TEMPLATES),
            f"{template}.typ",
            msgspec.json.encode(data).decode(),
            int(made.timestamp()),
            limits=LIMITS,
        )
    except Apart as error:
        raise CannotPrint(str(error)) from error
    if not good:
        raise CannotPrint(result)
    return bytes(result)


def compiled(root: str, name: str, data: str, made: int) -> tuple[bool, bytes | str]:
    """Compile in the child: ``(True, PDF)`` or ``(False, why not)``."""
    import typst

    try:
        return True, typst.compile(
            f"{root}/{name}",
            root=root,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            pdf_standards=["ua-1", "a-3a"],
            timestamp=made,
        )
    except typst.TypstError as error:
        return False, str(error)
