"""Pages that need no sign-in: diseases, form, help, verification, health; each with a title of its own."""

import re

import pytest

from portal.regions.load import REGIONS
from tests.helpers.client import Client
from tests.helpers.reading import chinese_in
from tests.helpers.seen import heading, title

PAGES = ("", "diseases", "form", "help", "accessibility", "privacy", "display", "login")


async def test_no_two_pages_have_the_same_title(client: Client) -> None:
    for region in REGIONS.values():
        titles = {}
        for page in PAGES:
            await client.get(f"/{region.id}/{page}")
            (full,) = re.findall(r"<title>(.*?)</title>", client.text)
            titles[page] = full
            assert client.status == 200

        assert len(set(titles.values())) == len(PAGES), titles
    await client.get("/")
    first = title(client)
    await client.get("/v")
    assert first != title(client)


async def test_the_catalogue_lists_every_disease_of_the_city(client: Client) -> None:
    for region in REGIONS.values():
        await client.get(f"/{region.id}/diseases")

        assert all(
            disease.name_zh in client.text and disease.code in client.text for disease in region.diseases.values()
        )


@pytest.mark.parametrize("words", ["糖尿病", "M01600", "m01600", "  M01600 ", "Ｍ０１６００"])
async def test_a_disease_is_found_by_name_and_code_however_typed(client: Client, words: str) -> None:
    await client.get(
        "/meishan/diseases",
    )
    everything = client.text.count("M0")

    client.page = await client.http.get("/meishan/diseases", params={"q": words})

    assert "糖尿病" in client.text
    assert client.text.count("M0") < everything


async def test_a_word_that_fits_nothing_says_what_to_do(client: Client) -> None:
    client.page = await client.http.get("/meishan/diseases", params={"q": "<script>没有这种病"})

    assert client.status == 200
    assert "<script>没有" not in client.text
    assert REGIONS["meishan"].hotline in client.text


@pytest.mark.parametrize("city", REGIONS)
async def test_the_blank_form_is_a_page_and_a_pdf(client: Client, city: str) -> None:
    await client.get(f"/{city}/form")
    assert REGIONS[city].rules.service.form_title_zh in client.text
    assert f'href="/{city}/form.pdf"' in client.text

    await client.get(f"/{city}/form.pdf")

    assert client.page.content.startswith(b"%PDF-")
    assert client.page.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("city", REGIONS)
@pytest.mark.parametrize("page", ["help", "accessibility", "privacy", "display"])
async def test_help_names_the_hotline_and_speaks_english_too(client: Client, city: str, page: str) -> None:
    await client.get(f"/{city}/{page}")
    assert heading(client)
    assert REGIONS[city].hotline in client.text

    await client.get(f"/{city}/{page}?look=en")

    assert not chinese_in(client.text)


async def test_whoever_watches_the_server_is_told_that_it_works(client: Client) -> None:
    await client.get("/health")

    assert (client.status, client.text) == (200, "ok\n")


async def test_a_code_is_asked_for_before_it_is_verified(client: Client) -> None:
    await client.get("/v")

    assert client.status == 200
    assert 'name="code"' in client.text
