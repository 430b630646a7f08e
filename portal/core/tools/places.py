"""Where templates, static files and migrations lie: beside the package, or inside the wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
_HOME = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent

TEMPLATES = _HOME / "templates"
STATIC = _HOME / "static"
MIGRATIONS = _HOME / "migrations"
