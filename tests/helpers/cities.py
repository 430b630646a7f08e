"""A made-up city in a folder of its own, for tests of what is loaded."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from portal.regions.load import HERE

MEISHAN = HERE / "meishan"
Change = tuple[str, str]

APPRAISE = '[[steps]]\nid = "appraise"\nstate = "appraising"\nname_zh = "专家鉴定"\nactor = "expert"\n\n'
# 三江市 is nowhere: 眉山's folder with other values, and nothing else.
SANJIANG: Sequence[Change] = (
    ('id = "meishan"', 'id = "sanjiang"'),
    ('name_zh = "四川省眉山市"', 'name_zh = "江东省三江市"'),
    ('short_zh = "眉山市"', 'short_zh = "三江市"'),
    ('calendars = ["cn-national"]', 'calendars = ["cn-national", "xinjiang-regional"]'),
    ('sign_zh = "【眉山医保】"', 'sign_zh = "【三江医保】"'),
    ('hotline = "028-12393"', 'hotline = "099-12393"'),
    ('number_name_zh = "办件编号"', 'number_name_zh = "受理编号"'),
    ('on_arrears = "warn"', 'on_arrears = "block_submit"'),
    ("automatic = true", "automatic = false"),
    ("limit_workdays = 0\n", "limit_workdays = 2\n"),
    ('starts = "acceptance"\nlimit_workdays = 1\n', 'starts = "acceptance"\nlimit_workdays = 7\n'),
    ("at_most = 1 ", "at_most = 2 "),
    ('resume = "restart"', 'resume = "continue"'),
    ("minutes = 10\n", "minutes = 30\n"),
    ("\nrequired = 0\n", "\nrequired = 1\n"),
    ('start = "next_month_first"', 'start = "next_day"'),
    ("mail = true\n", "mail = false\n"),
    ('note_zh = "系统自动受理。"\nlimit_zh = "马上"', 'note_zh = "窗口受理。"\nlimit_zh = "2个工作日内"'),
    ("stamp_required = true", "stamp_required = false"),
    ('[[steps]]\nid = "decide"', APPRAISE + '[[steps]]\nid = "decide"'),
)
NEW_DISEASE = "L00009,三江热,Sanjiang fever,II,18,0,,感染科,诊断证明；血清学检查,C,,sample\n"


def city(home: Path, *changes: Change, name: str = "meishan") -> Path:
    """Return the folder *name* in *home*: 眉山's files, each old text of region.toml replaced by the new one."""
    folder = home / name
    shutil.copytree(MEISHAN, folder)
    path = folder / "region.toml"
    text = path.read_text()
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        text = text.replace(old, new)
    path.write_text(text)
    return folder


def sanjiang(home: Path) -> Path:
    """Return the folder of 三江市 in *home*, with a disease no other city has."""
    folder = city(home, *SANJIANG, name="sanjiang")
    with (folder / "diseases.csv").open("a") as file:
        file.write(NEW_DISEASE)
    return folder
