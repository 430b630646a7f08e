"""Pages: words translated when a template is compiled, a wrong name an error, things shown as people write them."""

import gzip
from datetime import UTC, date, datetime

import pytest
from jinja2 import Template, UndefinedError
from markupsafe import Markup

from portal.core.tools import clock
from portal.core.tools.i18n import LANGUAGES, catalogue
from portal.core.web.pages import (
    COMPRESS_FROM,
    environment,
    file_answer,
    own_address,
    see_other,
    squeezed,
    with_next,
)
from portal.core.web.templates import icon
from tests.helpers.client import Client

MOMENT = datetime(2026, 11, 24, 6, 22, 33, tzinfo=UTC)  # 14:22 in Beijing


def made(source: str, language: str = "zh-CN") -> Template:
    """Return a template of ours with *source*."""
    return environment(language).from_string(source)


def shown(source: str, language: str = "zh-CN", **context: object) -> str:
    return made(source, language).render(context)


# -- words ---------------------------------------------------------------------------------------


def test_a_literal_is_translated_while_the_template_is_compiled() -> None:
    compiled = environment("en").compile('{{ _("登录") }}', raw=True)

    assert catalogue("en")["登录"] in compiled
    assert "登录" not in compiled


def test_the_source_language_needs_no_translation() -> None:
    assert shown('{{ _("登录") }}') == "登录"


def test_what_nobody_has_translated_stays_as_it_is() -> None:
    assert shown('{{ _("从来没有人翻译过的话") }}', "en") == "从来没有人翻译过的话"


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_filled_in_and_what_a_person_typed_stays_text(language: str) -> None:
    source = '{{ _("{name}，您好", name=name) }}'

    assert "&lt;b&gt;" in shown(source, language, name="<b>")
    assert "<b>" not in shown(source, language, name="<b>")


def test_braces_in_what_a_person_typed_are_not_filled_again() -> None:
    assert shown('{{ _("{name}", name=name) }}', name="{other}") == "{other}"


def test_a_place_in_a_sentence_may_have_any_name() -> None:
    assert shown('{{ _("说：{text}", text=said) }}', said="好") == "说：好"
    assert shown("{{ _(sentence, text=said) }}", sentence="说：{text}", said="好") == "说：好"


def test_a_word_that_is_known_only_at_the_request_is_translated_then() -> None:
    assert shown("{{ _(word) }}", "en", word="登录") == catalogue("en")["登录"]


def test_a_language_has_its_own_words_and_they_do_not_mix() -> None:
    assert shown('{{ _("登录") }}', "en") != shown('{{ _("登录") }}', "zh-CN")


# -- names and safety ----------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["{{ nobody }}", "{{ thing.nobody }}", "{% if nobody %}x{% endif %}",
                                    "{% for x in nobody %}{% endfor %}", '{{ nobody ~ "x" }}'])  # fmt: skip
def test_a_name_that_is_not_there_is_an_error(source: str) -> None:
    with pytest.raises(UndefinedError):
        shown(source, thing=object())


def test_what_a_person_typed_is_never_read_as_markup() -> None:
    typed = '<script>alert("1")</script>\'&'

    assert shown("{{ typed }}", typed=typed) == "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&#39;&amp;"
    assert '"' not in shown('{{ {"value": typed}|xmlattr }}', typed=typed).removeprefix(' value="').removesuffix('"')


def test_a_drawing_that_is_not_there_is_an_error() -> None:
    assert isinstance(icon("done"), Markup)
    with pytest.raises(KeyError):
        icon("nothing")


def test_a_drawing_that_is_named_outright_is_drawn_when_the_template_is_compiled() -> None:
    compiled = environment("en").compile('{{ icon("left") }}{{ icon(name) }}', raw=True)

    assert str(icon("left")) in compiled.replace("\\n", "\n")
    assert shown("{{ icon(name) }}", name="left") == shown('{{ icon("left") }}') == icon("left")


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        shown('{{ asset("js/nothing.js") }}')


# -- filters -------------------------------------------------------------------------------------

FILTERS = [
    ("{{ x|day }}", date(2026, 11, 4), "2026年11月4日", "4 Nov 2026"),
    ("{{ x|weekday }}", date(2026, 11, 24), "星期二", "Tue"),
    ("{{ x|weekday }}", date(2026, 11, 22), "星期日", "Sun"),
    ("{{ x|long_moment }}", MOMENT, "2026年11月24日 14:22", "24 Nov 2026 14:22"),
    ("{{ x|hour }}", MOMENT, "14:22", "14:22"),
    ("{{ x|iso }}", MOMENT, "2026-11-24T14:22+08:00", "2026-11-24T14:22+08:00"),
    ("{{ x|iso }}", date(2026, 11, 4), "2026-11-04", "2026-11-04"),
    ("{{ x|grouped }}", "482109375564", "4821 0937 5564", "4821 0937 5564"),
    ("{{ x|grouped }}", "48210937", "4821 0937", "4821 0937"),
    ("{{ x|grouped }}", "4821093755641", "4821 0937 5564 1", "4821 0937 5564 1"),
    ("{{ x|grouped }}", "", "", ""),
    ("{{ x|masked }}", "13812345678", "138****5678", "138****5678"),
    ("{{ x|masked }}", "", "", ""),
    ("{{ x|size }}", 0, "1 KB", "1 KB"),
    ("{{ x|size }}", 1, "1 KB", "1 KB"),
    ("{{ x|size }}", 88_000, "86 KB", "86 KB"),
    ("{{ x|size }}", 999_999, "977 KB", "977 KB"),
    ("{{ x|size }}", 1_900_000, "1.8 MB", "1.8 MB"),
    ("{{ x|enumerated }}", [], "", ""),
    ("{{ x|enumerated }}", ["<b>"], "&lt;b&gt;", "&lt;b&gt;"),
    ("{{ x|enumerated }}", ["<b>", Markup("<i>"), "{c}"], "&lt;b&gt;、<i>、{c}", "&lt;b&gt;, <i>, {c}"),
]


@pytest.mark.parametrize(("source", "thing", "chinese", "english"), FILTERS)
def test_things_are_shown_as_people_write_them(source: str, thing: object, chinese: str, english: str) -> None:
    assert shown(source, "zh-CN", x=thing) == chinese
    assert shown(source, "en", x=thing) == english


def test_a_day_of_this_year_needs_no_year_and_one_of_another_year_does() -> None:
    today = clock.today()

    assert shown("{{ x|short_day }}", x=today) == f"{today.month}月{today.day}日"
    assert shown("{{ x|short_day }}", x=date(today.year + 1, 1, 2)) == f"{today.year + 1}年1月2日"
    assert shown("{{ x|short_day }}", "en", x=date(today.year + 1, 1, 2)) == f"2 Jan {today.year + 1}"


def test_late_in_the_evening_by_utc_it_is_tomorrow_in_beijing() -> None:
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)

    assert shown("{{ x|long_moment }}", x=late) == "2027年1月1日 00:30"


# -- answers -------------------------------------------------------------------------------------

OURS = {
    "/": "/",
    "/meishan/me": "/meishan/me",
    "/meishan/me?a=b#c": "/meishan/me?a=b#c",
    "": "other",
    "//evil": "other",
    "/\\evil": "other",
    "https://evil": "other",
    "/a\nb": "other",
    "/a\x00": "other",
    "meishan": "other",
}


@pytest.mark.parametrize("text", OURS)
def test_only_a_path_of_ours_is_an_address_of_ours(text: str) -> None:
    assert own_address(text, "other") == OURS[text]


def test_the_place_to_go_on_to_is_passed_on_when_it_is_ours() -> None:
    assert with_next("/login", "/me?a=b") == "/login?next=/me%3Fa%3Db"
    assert with_next("/login?c=1", "/me") == "/login?c=1&next=/me"
    assert with_next("/login", "//evil") == "/login"


def test_an_address_with_chinese_in_it_can_be_sent_in_a_header() -> None:
    answer = see_other("/meishan/文件?a=1#b")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/meishan/%E6%96%87%E4%BB%B6?a=1#b"


@pytest.mark.parametrize("name", ['a"b;c.pdf', "张丽.pdf", "a\r\nx: y.pdf", "../a.pdf"])
def test_a_files_name_is_sent_as_rfc_6266_wants_it(name: str) -> None:
    line = file_answer(b"x", "application/pdf", name).headers["content-disposition"]

    assert line.startswith("inline; filename*=UTF-8''")
    assert not set(line.removeprefix("inline; filename*=UTF-8''")) & set('"; \r\n/')
    assert line.isascii()


def test_a_file_to_be_saved_is_said_to_be_one() -> None:
    assert file_answer(b"x", "application/pdf", "a.pdf", download=True).headers["content-disposition"].startswith("att")


def test_what_is_squeezed_comes_out_again() -> None:
    body = "门诊慢特病".encode() * 1000

    assert gzip.decompress(squeezed(body)) == body
    assert len(squeezed(body)) < len(body) / 10


@pytest.mark.usefixtures("database")
async def test_a_page_is_squeezed_for_a_browser_that_takes_it(client: Client) -> None:
    plain = await client.http.get("/meishan/", headers={"accept-encoding": "identity"})
    small = await client.http.get("/meishan/", headers={"accept-encoding": "gzip"})

    assert len(plain.content) > COMPRESS_FROM
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.text == plain.text
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert "Accept-Encoding" in small.headers["vary"]


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br", "", "gzip; q=0.0, br", "xgzip"])
@pytest.mark.usefixtures("database")
async def test_a_page_is_not_squeezed_for_a_browser_that_does_not(client: Client, accepted: str) -> None:
    answer = await client.http.get("/meishan/", headers={"accept-encoding": accepted})

    assert "content-encoding" not in answer.headers


@pytest.mark.usefixtures("database")
async def test_the_look_a_person_chose_stays_on_every_page(client: Client) -> None:
    await client.get("/meishan/?look=elder")
    elder = client.text
    await client.get("/meishan/?look=en")
    english = client.text
    await client.get("/meishan/diseases")
    later = client.text
    await client.get("/meishan/diseases?look=plain")

    assert 'class="elder"' in elder
    assert 'lang="en"' in english
    assert 'class="elder"' in english
    assert 'lang="en"' in later
    assert 'class="elder"' in later
    assert 'class="elder"' not in client.text
    assert 'lang="en"' in client.text
