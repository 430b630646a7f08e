"""Two forms of a page are the same when a browser shows the same."""

import pytest

from tests.helpers.recording import Laid, difference, slug, without_chance


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>您好</p><p>再见</p>", "<p>\n  您好\n</p>\n\n<p>再见 </p>"),
        ("<p>共 <b>3</b> 份</p>", "<p>共\n<b>3</b>\n  份</p>"),
        ("<li><a>首页</a></li>", "<li>\n<a>\n首页\n</a>\n</li>"),
        ("<button>提交</button> <a>返回</a>", "<button>\n提交\n</button>\n<a>返回</a>"),
        ("<svg><path d='M1'/></svg>", "<svg>\n<path d='M1'/>\n</svg>"),
        ('<p class="a  b ">1</p>', '<p\n class="a b">1</p>'),
        ("<a href='/cases/Zk3J9xQwPq0aLmN2'>甲</a>", "<a href='/cases/Yb8T1cRvOn7eKsD4'>甲</a>"),
    ],
)
def test_what_nobody_sees_is_no_difference(one: str, other: str) -> None:
    assert difference(one, other) is None


@pytest.mark.parametrize(
    ("one", "other", "only_spaces"),
    [
        ("<p>您好，王女士</p>", "<p>您好，\n王女士</p>", True),
        ("<p><a>是</a> <a>否</a></p>", "<p><a>是</a><a>否</a></p>", True),
        ("<p>共<b>3</b>份</p>", "<p>共<b> 3</b>份</p>", True),
        ("<p><button>提交</button><a>返回</a></p>", "<p><button>提交</button>\n<a>返回</a></p>", True),
        ("<textarea>一 二</textarea>", "<textarea>一\n二</textarea>", False),
        ('<a id="1" href="2">甲</a>', '<a href="2" id="1">甲</a>', False),
        ("<p>三天</p>", "<p>四天</p>", False),
    ],
)
def test_what_somebody_may_see_is_a_difference(one: str, other: str, only_spaces: bool) -> None:
    change = difference(one, other)

    assert change
    assert change.only_spaces == only_spaces


def test_an_element_begins_a_line_of_its_own_and_text_keeps_its_spaces() -> None:
    assert Laid("<p>一 <b>二</b></p>").lines == ["<p>", "|一 ", "<b>", "|二", "</b>", "</p>"]


def test_only_what_is_new_in_each_run_is_taken_out() -> None:
    text = "办理号4821 0937 5564在14:22到 timeline--narrow of /static/0a1b2c3d/css/app.css, 2026-11-10"

    assert without_chance(text) == "办理号~number~在~time~到 timeline--narrow of /static/~/css/app.css, 2026-11-10"


def test_names_of_files_are_short_and_stay_apart() -> None:
    names = {slug(f"test_a[{'很' * 99}{number}]") for number in range(3)}

    assert len(names) == 3
    assert max(map(len, names)) <= 80
