"""Static files: one address for ever, the smallest copy a browser takes, nothing sent twice."""

import gzip
import re

import brotli
import httpx
import pytest

from portal.core.tools.places import STATIC
from portal.core.web.assets import assets, bundle
from tests.helpers.client import APP, ORIGIN

SHEET = "css/app.css"
FOREVER = "public, max-age=31536000, immutable"


async def ask(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Ask for a file with exactly these headers."""
    transport = httpx.ASGITransport(app=APP)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        http.headers.clear()
        return await http.request(method, path, headers={"host": "mt.example.cn", **headers})


def etag() -> str:
    return assets().files[SHEET].etag.decode()


async def test_a_file_under_todays_digest_may_be_kept_for_ever() -> None:
    answer = await ask(assets().url(SHEET))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["vary"] == "accept-encoding"


async def test_a_page_opened_before_an_update_still_gets_its_files_but_not_for_ever() -> None:
    answer = await ask(f"/static/000000000000/{SHEET}")

    assert answer.status_code == 200
    assert answer.content == assets().files[SHEET].plain
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("digest", ["today", "000000000000"])
async def test_a_file_the_browser_has_is_not_sent_again(digest: str) -> None:
    path = assets().url(SHEET) if digest == "today" else f"/static/{digest}/{SHEET}"

    answer = await ask(path, **{"if-none-match": etag()})

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == etag()


@pytest.mark.parametrize("known", ['"another"', "", "*x", "W/"])
async def test_a_file_the_browser_has_in_another_version_is_sent(known: str) -> None:
    answer = await ask(assets().url(SHEET), **{"if-none-match": known})

    assert answer.status_code == 200


WANTED = {
    "": "",
    "br": "br",
    "gzip": "gzip",
    "gzip, deflate, br": "br",
    "GZIP,Br": "br",
    "br;q=0": "",
    "br;q=0, gzip": "gzip",
    "gzip;q=0.0, br;q=0": "",
    "br;q=1.0, gzip;q=0.8": "br",
    "br; q=0.000, gzip; q=0.1": "gzip",
    "brotli": "",
    "xbr": "",
    "identity": "",
    "zstd": "",
}


@pytest.mark.parametrize("accepted", WANTED)
async def test_the_browser_gets_the_smallest_copy_it_takes(accepted: str) -> None:
    answer = await ask(assets().url(SHEET), **{"accept-encoding": accepted})

    encoding = WANTED[accepted]
    assert answer.headers.get("content-encoding", "") == encoding
    assert answer.content == assets().files[SHEET].plain  # unpacked by the client
    assert int(answer.headers["content-length"]) == len(copies()[encoding])


def copies() -> dict[str, bytes]:
    """Return the copies of the sheet by encoding."""
    sheet = assets().files[SHEET]
    return {"": sheet.plain, "gzip": sheet.gzip, "br": sheet.brotli}


def test_every_copy_of_a_file_is_the_same_file() -> None:
    squeezed = [file for file in assets().files.values() if file.gzip]

    assert len(squeezed) > 5
    for file in squeezed:
        assert gzip.decompress(file.gzip) == brotli.decompress(file.brotli) == file.plain


async def test_a_head_has_the_length_and_no_body() -> None:
    answer = await ask(assets().url(SHEET), "HEAD")

    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(assets().files[SHEET].plain)


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static",
        "/static/x",
        "/static/x/",
        "/static/{digest}/css/nothing.css",
        "/static/{digest}/../pyproject.toml",
        "/static/{digest}/..%2f..%2fpyproject.toml",
        "/static/{digest}//etc/passwd",
        "/static/{digest}/css",
        "/static/{digest}/vendor/README.md",
        "/static/{digest}/css/app.css%00",
    ],
)
async def test_what_is_no_file_of_ours_is_not_found(path: str) -> None:
    answer = await ask(path.format(digest=assets().digest))

    assert answer.status_code == 404
    assert "immutable" not in answer.headers["cache-control"]


async def test_a_file_takes_nothing() -> None:
    answer = await ask(assets().url(SHEET), "POST")

    assert answer.status_code == 404


async def test_the_browsers_own_question_for_an_icon_is_answered() -> None:
    answer = await ask("/favicon.ico")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")


def test_a_page_cannot_link_to_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        assets().url("css/nothing.css")


def test_the_sheet_holds_everything_it_imports_in_its_layers() -> None:
    sheet, source = assets().files[SHEET].plain.decode(), (STATIC / SHEET).read_text()
    imported = re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\)', source)

    assert "@import" not in sheet
    assert "/*" not in sheet
    assert len(imported) > 10
    for name, layer in imported:
        assert f"@layer {layer} {{" in sheet
        assert bundle(STATIC / "css" / name).strip()[:60] in sheet


def test_the_digest_follows_from_the_files_alone() -> None:
    before = assets().digest
    assets.cache_clear()

    assert assets().digest == before
    assert re.fullmatch("[0-9a-f]{12}", before)


async def test_every_script_imports_only_scripts_that_are_there() -> None:
    for name, file in assets().files.items():
        if name.startswith("js/"):
            for imported in re.findall(r'from "\./([^"]+)"', file.plain.decode()):
                assert f"js/{imported}" in assets().files, name
