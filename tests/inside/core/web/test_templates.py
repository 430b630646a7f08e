"""The store of compiled templates: used again, swept of what earlier versions left, and never in the way of a start."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jinja2.bccache import Bucket, BytecodeCache

from portal.core.web.templates import UNUSED_DAYS, Compiled, compiled_before
from tests.helpers.changes import ChangeSettings

DAY = 86_400
OLD = (UNUSED_DAYS + 1) * DAY
PAGE = Compiled()


@pytest.fixture
def home(tmp_path: Path, settings: ChangeSettings) -> Path:
    """The folder that the setting names; not there yet."""
    folder = tmp_path / "cache"
    settings(cache=str(folder))
    return folder


def left_behind(home: Path, name: str, seconds: int) -> Path:
    """Return a folder *name* with a template in it, last used so many seconds ago."""
    folder = home / name
    folder.mkdir(parents=True)
    (folder / "__jinja2_x.cache").write_bytes(b"x")
    os.utime(folder, (time.time() - seconds,) * 2)
    return folder


def store(language: str = "en") -> Path:
    """Start with *language* and return the folder of its templates."""
    return Path(compiled_before(language).directory)


def bucket() -> tuple[BytecodeCache, Bucket]:
    """Start, and return the store with the place of a page in it."""
    made = compiled_before("en")
    return made, made.get_bucket(PAGE, "page", None, "{{ 1 }}")


def compile_page() -> None:
    made, page = bucket()
    page.code = PAGE.compile("{{ 1 }}")
    made.set_bucket(page)


def test_a_template_is_compiled_once_for_all_starts(home: Path) -> None:
    assert bucket()[1].code is None

    compile_page()

    assert bucket()[1].code is not None


def test_what_earlier_versions_left_goes_when_nobody_has_used_it_for_days(home: Path) -> None:
    old = left_behind(home, "templates-en-0123456789abcdef", OLD)
    young = left_behind(home, "templates-en-fedcba9876543210", (UNUSED_DAYS - 1) * DAY)

    mine = store()

    assert not old.exists()
    assert {folder.name for folder in home.iterdir()} == {young.name, mine.name}
    assert list(young.iterdir())


def test_a_start_counts_as_use_and_its_own_folders_stay_in_every_language(home: Path) -> None:
    folders = [store("en"), store("zh-CN")]
    for folder in folders:
        (folder / "kept").touch()
        os.utime(folder, (time.time() - OLD,) * 2)

    assert [store("en"), store("zh-CN")] == folders

    assert all((folder / "kept").exists() for folder in folders)
    assert all(folder.stat().st_mtime > time.time() - DAY for folder in folders)


@pytest.mark.parametrize(
    "name", ["templates-en", "templates-en-0123", "templates-zh-CN-0123456789abcdef", "letters-en-0123456789abcdef"]
)
def test_nothing_else_in_the_folder_is_touched(home: Path, name: str) -> None:
    other = left_behind(home, name, OLD)

    store("en")

    assert list(other.iterdir())


def test_a_link_to_elsewhere_is_not_followed(home: Path, tmp_path: Path) -> None:
    elsewhere = left_behind(tmp_path, "elsewhere", OLD)
    home.mkdir()
    (home / "templates-en-0123456789abcdef").symlink_to(elsewhere)

    store()

    assert list(elsewhere.iterdir())


def test_what_cannot_be_removed_keeps_nobody_from_starting(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_behind(home, "templates-en-0123456789abcdef", OLD)

    def refused(path: object, **how: object) -> None:
        raise PermissionError(path)

    with monkeypatch.context() as instead:
        instead.setattr(os, "utime", refused)
        instead.setattr(shutil, "rmtree", refused)
        instead.setattr(Path, "glob", lambda *what: iter([home / "templates-en-aaaaaaaaaaaaaaaa", *home.iterdir()]))
        mine = store()

    assert mine.is_dir()


def test_a_folder_that_is_removed_while_templates_are_compiled_costs_only_time(home: Path) -> None:
    made, page = bucket()
    shutil.rmtree(home)

    page.code = PAGE.compile("{{ 1 }}")
    made.set_bucket(page)

    assert bucket()[1].code is None


SWEEP = "from portal.core.web.templates import compiled_before; print(compiled_before('en').directory)"


def test_several_processes_that_start_at_once_sweep_the_same_folder(tmp_path: Path) -> None:
    for number in range(200):
        left_behind(tmp_path, f"templates-en-{number:016x}", OLD)
    environment = {**os.environ, "PORTAL_CACHE": str(tmp_path)}

    started = [
        subprocess.Popen([sys.executable, "-c", SWEEP], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = {one.communicate(timeout=60)[0].strip() for one in started}

    assert [one.returncode for one in started] == [0, 0, 0]
    assert {str(folder) for folder in tmp_path.iterdir()} == said
