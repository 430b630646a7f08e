"""Changing how pages look leaves the person where they were."""

from tests.helpers.client import Client


async def test_who_turns_to_the_elder_mode_while_typing_the_code_need_not_ask_for_another_one(client: Client) -> None:
    await client.get("/meishan/login")
    await client.post("/meishan/login", {"mobile": "13800000101"})
    there = str(client.page.url)
    assert "?c=" in there

    await client.get(f"{client.path}?look=elder", referer=there)

    assert str(client.page.url) == there
    assert 'class="elder"' in client.text


async def test_the_query_of_another_page_is_not_taken_along(client: Client) -> None:
    await client.get("/meishan/diseases?look=elder", referer="https://mt.example.cn/meishan/help?q=1")

    assert str(client.page.url).endswith("/meishan/diseases")


async def test_asking_twice_for_a_look_ends_on_the_page(client: Client) -> None:
    await client.get("/meishan/?look=en", referer="https://mt.example.cn/meishan/?look=elder")

    assert client.path.rstrip("/") == "/meishan"
    assert '<html lang="en"' in client.text


async def test_the_largest_letters_are_a_third_size_that_stays_from_page_to_page(client: Client) -> None:
    await client.get("/meishan/display?look=largest")
    assert 'class="elder largest"' in client.text
    assert "字最大，内容一样。现在用的是这个" in client.text

    await client.get("/meishan/?look=en")
    assert 'class="elder largest"' in client.text
    await client.get("/meishan/?look=elder")
    assert 'class="elder"' in client.text
    await client.get("/meishan/?look=plain")
    assert 'class="elder' not in client.text


async def test_who_reads_large_letters_can_have_the_page_read_aloud(client: Client) -> None:
    await client.get("/meishan/")
    assert "read-aloud" not in client.text

    await client.get("/meishan/?look=elder")

    assert "朗读本页" in client.text
    assert "read-aloud.js" in client.text
    await client.get("/meishan/accessibility")
    assert "朗读本页" in client.text.partition("<main")[2]
