"""The command line: ``portal demo | serve | migrate | work | audit | routes | settings | keys``.

Imports stay inside the commands: children of the sandbox read this module again, and the settings
must be read after the demonstration has set its own.
"""

import argparse
import asyncio
import json
import os
import sys

GRACE_SECONDS = 5
# Many people try the demonstration with the same few phones.
GENEROUS = {
    "PORTAL_CODES_FREE": "100",
    "PORTAL_CODES_HOUR": "200",
    "PORTAL_CODES_DAY": "1000",
    "PORTAL_CODES_BROWSER": "200",
    "PORTAL_FACE": "demo",
}


def main() -> None:
    """Run one command."""
    asked = parser().parse_args()
    COMMANDS[asked.command](asked)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="portal", description="门特网办")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="serve the demonstration: demo people, embedded database, codes on the page")
    commands.add_parser("serve", help="serve the portal")
    commands.add_parser("migrate", help="bring the database up to date")
    work = commands.add_parser("work", help="work the outbox")
    work.add_argument("--once", action="store_true", help="do what is due now, then end")
    check = commands.add_parser("audit", help="check the audit log: every row against the one before it")
    check.add_argument("what", choices=["verify"])
    check.add_argument("--anchor", default="", metavar="ID:HASH", help="what an earlier check printed")
    routes = commands.add_parser("routes", help="print every route")
    routes.add_argument("--json", action="store_true", help="as JSON")
    commands.add_parser("settings", help="print every setting, secrets masked")
    keys = commands.add_parser("keys", help="make the key file; rotate: seal with a new key from now on")
    keys.add_argument("what", nargs="?", choices=["make", "rotate"], default="make")
    return parser


def demo(_asked: argparse.Namespace) -> None:
    """Serve the demonstration."""
    os.environ.update(PORTAL_DEMO="1", PORTAL_WORKER="1", PORTAL_HTTPS="0")
    for name, text in GENEROUS.items():
        os.environ.setdefault(name, text)
    from portal.core.store import crypto

    if not crypto.key_file().exists():
        crypto.make_keys()
    from portal import demo as demonstration

    asyncio.run(demonstration.prepare())
    print(demonstration.welcome(), flush=True)
    _run()


def serve(_asked: argparse.Namespace) -> None:
    """Serve the portal."""
    if os.environ.get("PORTAL_DEMO", "0").lower() in {"1", "true", "yes", "on"}:
        sys.exit("portal serve never runs as a demonstration: use `portal demo`")
    _run()


def _run() -> None:
    import uvicorn

    from portal.app import application
    from portal.core.store.crypto import KeysMissing, keys
    from portal.core.tools.settings import SETTINGS

    try:
        keys()
    except KeysMissing as error:
        sys.exit(str(error))
    uvicorn.run(
        application(),
        host=SETTINGS.host,
        port=SETTINGS.port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def migrate(_asked: argparse.Namespace) -> None:
    """Bring the database up to date."""
    from portal.core.store.database import migrate as bring_up_to_date
    from portal.core.store.database import opened

    async def run() -> None:
        async with opened():
            await bring_up_to_date()

    asyncio.run(run())
    print("up to date")


def work(asked: argparse.Namespace) -> None:
    """Work the outbox until stopped, or once."""
    import portal.app  # noqa: F401  registers every kind of work
    from portal.core.store import jobs
    from portal.core.store.database import opened
    from portal.core.tools import log
    from portal.policy import fresh

    async def run() -> None:
        log.start_logging()
        async with opened(), fresh.kept_fresh():
            if not asked.once:
                await jobs.work_forever()
            await jobs.run_rounds()
            while await jobs.work_once():
                pass

    asyncio.run(run())


def audit(asked: argparse.Namespace) -> None:
    """Check the audit log; say which row does not fit, and end with 1 then."""
    from portal.core.store import audit as log
    from portal.core.store.database import opened

    async def run() -> str:
        async with opened():
            bad = await log.broken()
            if bad is not None:
                return f"broken at row {bad}: it was changed, or the row before it was changed or removed"
            id, _, hash = asked.anchor.partition(":")
            if asked.anchor and not (id.isdigit() and await log.holds(int(id), hash)):
                return f"row {id} is not what it was: rows were removed or written anew"
            print("whole, up to {}:{}".format(*await log.head()))
            return ""

    sys.exit(asyncio.run(run()) or 0)


def routes(asked: argparse.Namespace) -> None:
    """Print every route: method, path, who may use it, whether it writes."""
    from portal.routes import declared

    found = declared()
    if asked.json:
        print(json.dumps([route._asdict() for route in found], ensure_ascii=False, indent=1))
        return
    for route in found:
        print(f"{route.method:5} {route.path:60} {' '.join(route.who):30} {'writes' if route.writes else ''}".rstrip())


def settings(_asked: argparse.Namespace) -> None:
    """Print every setting, its value and its meaning."""
    from portal.core.tools.settings import SETTINGS, shown

    for name, value, meaning in shown(SETTINGS):
        print(f"{name}={value}\n    {meaning}")


def keys(asked: argparse.Namespace) -> None:
    """Make the key file, or add a key and wrap every stored file's own key with it."""
    from portal.core.store import crypto, storage

    if asked.what == "make":
        print(crypto.make_keys())
        return
    try:
        number = crypto.add_key()
    except (crypto.KeysMissing, ValueError) as error:
        sys.exit(str(error))
    print(f"key {number} seals from now on; {asyncio.run(storage.rewrap_all())} stored files now depend on it only")


COMMANDS = {
    "demo": demo,
    "serve": serve,
    "migrate": migrate,
    "work": work,
    "audit": audit,
    "routes": routes,
    "settings": settings,
    "keys": keys,
}

if __name__ == "__main__":
    main()
