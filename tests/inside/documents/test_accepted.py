"""What a place takes is the city's data, and a material's own where it says so."""

import msgspec
import pytest

from portal.documents.accepted import Allowed, allowed
from portal.regions.load import REGIONS, Region
from tests.helpers.papers import encoded, page_image, pdf, received

MEISHAN = REGIONS["meishan"]


def with_identity(**own: object) -> Region:
    """Return 眉山 where the proof of identity has limits of its own."""
    materials = [
        msgspec.structs.replace(material, **own) if material.id == "identity" else material
        for material in MEISHAN.rules.materials
    ]
    return msgspec.structs.replace(MEISHAN, rules=msgspec.structs.replace(MEISHAN.rules, materials=materials))


def test_a_material_without_limits_of_its_own_has_the_city_s() -> None:
    assert allowed(MEISHAN, "identity") == allowed(MEISHAN) == Allowed((), 20, 0)
    assert allowed(MEISHAN, "pile") == allowed(MEISHAN)
    assert allowed(MEISHAN, "application_form").files == 6


def test_the_limits_of_a_material_hold_for_each_of_its_parts() -> None:
    region = with_identity(formats=["pdf"], max_file_mib=3, max_files=2)

    assert allowed(region, "identity.front") == Allowed(("pdf",), 3, 2)


@pytest.mark.parametrize(
    ("formats", "accept"),
    [((), "image/*,application/pdf"), (("pdf",), "application/pdf"), (("jpg", "png"), "image/*")],
)
def test_the_browser_offers_what_the_place_takes(formats: tuple[str, ...], accept: str) -> None:
    assert Allowed(formats, 20, 0).accept == accept


@pytest.mark.parametrize(
    ("own", "content", "held", "reason", "said"),
    [
        ({"formats": ["pdf"]}, encoded(page_image()), 0, "format", "“a.jpg”的格式这里不收，这一项只收 PDF。"),
        ({"formats": ["jpg", "png"]}, pdf(), 0, "format", "这一项只收 JPG、PNG。"),
        ({"max_files": 2}, encoded(page_image()), 2, "full", "这一项最多传 2 个文件。请先删掉用不着的，再传“a.jpg”。"),
        ({"max_file_mib": 1}, encoded(page_image()) + bytes(1 << 20), 0, "too_big", "超过了 1 MB"),
        ({"max_files": 2}, encoded(page_image()), 1, "", ""),
        ({"formats": ["jpg"]}, encoded(page_image()), 50, "", ""),
    ],
)
def test_a_place_says_what_it_does_not_take(
    database: None, own: dict[str, int] | dict[str, list[str]], content: bytes, held: int, reason: str, said: str
) -> None:
    region = with_identity(**own)
    file = received(content, "a.jpg")
    file.path.unlink()

    found = allowed(region, "identity").reason(file, held)

    assert found == reason
    if found:
        assert said in allowed(region, "identity").sentence(found, file.filename, file.size, region)
