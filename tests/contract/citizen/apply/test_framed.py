"""A step is made once for everybody and filled in for each: nobody can tell, and nobody sees what another typed."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from litestar import Request, Response
from msgspec import structs

from portal.cases.apply.draft import keep_answers
from portal.citizen.apply import answers as steps
from portal.core.web import frames, pages
from portal.core.web.frames import EDGE
from portal.core.web.pages import page
from portal.questions.catalogue import WAY
from tests.helpers import walk
from tests.helpers.client import Client
from tests.helpers.factories import make_draft, make_person

OWN = re.compile(r'name="(?:csrf|row_version)" value="[^"]+"|data-seconds="\d+"')
PAGES = [step.slug for step in WAY if step.page == "questions"]
# What people type: plain, markup, what a frame is cut at, and nothing.
TYPED = ["张丽", '"><script>alert(1)</script>', f"{EDGE}csrf{EDGE}", "answer", ""]


async def seen(client: Client, slug: str, typed: str, region: str) -> str:
    """Return a step as somebody sees it who has typed *typed* wherever one types."""
    questions = [q for step in WAY for q in step.questions if step.slug == slug]
    given = {q.name: typed for q in questions if q.is_typed}
    case = await make_draft(region=region, answers={"mobile": "13800000101", "disease": "M01600"})
    await keep_answers(case, given, seen=str(case.row_version))
    await client.get(f"{walk.home_of(case)}/{slug}")
    assert client.status == 200
    return OWN.sub("", client.text).replace(case.id, "KEY")


@pytest.mark.parametrize("region", ["meishan", "xinxing"])
@pytest.mark.parametrize("slug", PAGES)
async def test_it_is_letter_for_letter_the_page_made_for_one_person_alone(
    client: Client, slug: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_person()
    await client.sign_in("13800000101", region)
    frames.forget()
    filled = [await seen(client, slug, typed, region) for typed in TYPED]

    monkeypatch.setattr(steps, "framed", alone)

    assert filled == [await seen(client, slug, typed, region) for typed in TYPED]
    assert all(EDGE not in text.replace(TYPED[2], "") for text in filled)


def alone(
    request: Request[Any, Any, Any], name: str, key: Any, filled: Mapping[str, str], /, *, here: str, **context: Any
) -> Response[bytes]:
    """Make the page for this visitor with the texts in their places, as `page` does."""

    def put(thing: Any) -> Any:
        for hole, text in filled.items():
            thing = thing.replace(frames.mark(hole), text) if isinstance(thing, str) else thing
        return thing

    case = context["case"]
    wizard = context["wizard"]
    context |= {
        "answers": {name: put(text) for name, text in context["answers"].items()},
        "wizard": structs.replace(wizard, back=put(wizard.back)),
    }
    context["case"] = type(case)(**{**{f: getattr(case, f) for f in case.__struct_fields__},
                                    "id": filled["case"], "row_version": int(filled["version"])})  # fmt: skip
    return page(request, name, **context)


def renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that takes the name of every template rendered from now on."""
    made: list[str] = []
    render = pages.render

    def noted(name: str, *more: Any, **context: Any) -> str:
        made.append(name)
        return render(name, *more, **context)

    monkeypatch.setattr(pages, "render", noted)
    return made


async def test_a_page_is_made_once_for_people_whose_page_is_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_person()
    await client.sign_in("13800000101")
    frames.forget()
    await seen(client, "diagnosis", "眉山市人民医院", "meishan")
    made = renderings(monkeypatch)

    text = await seen(client, "diagnosis", "洪雅县人民医院", "meishan")

    assert made == []
    assert 'name="hospital" value="洪雅县人民医院"' in text
    assert 'name="hospital" value="眉山市人民医院"' not in text


async def test_a_page_with_an_answer_that_nobody_offers_is_kept_for_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await make_draft(answers={"disease": "编造的病"})
    await client.sign_in("13800000101")
    frames.forget()
    made = renderings(monkeypatch)

    for _ in range(2):
        await client.get(f"{walk.home_of(case)}/disease")
        assert client.status == 200

    assert made == 2 * ["citizen/apply/answers/questions"]


async def test_of_many_frames_the_one_nobody_asked_for_longest_goes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "FRAMES", 2)
    frames.forget()

    rendered = []
    render = pages.render

    def noted(name: str, *arguments: Any, here: str, **context: Any) -> str:
        rendered.append(here)
        return render(name, *arguments, here=here, **context)

    monkeypatch.setattr(pages, "render", noted)

    for path in ("/meishan", "/xinxing", "/meishan", "/", "/meishan", "/xinxing", "/xinxing"):
        await client.get(path)

    assert rendered == ["/meishan", "/xinxing", "/", "/xinxing"]
