"""Every error as a page in plain Chinese: what happened, what is saved, what to do next."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from portal.core.store.crypto import digits
from portal.core.tools.errors import First, Problem, SignInFirst, Stale
from portal.core.tools.log import LOG, where
from portal.core.tools.paper import CannotPrint
from portal.core.web.pages import page, see_other, with_next
from portal.core.web.second import Later, page_again, saved_page, who_was_first
from portal.core.web.sessions import form_of
from portal.core.web.uploads import fields_of
from portal.public.comparison import Comparison, compared, unsaved
from portal.regions.load import REGIONS, Region

# status: title, what happened, what to do
WORDS: dict[int, tuple[str, str, tuple[str, ...]]] = {
    400: (
        "没有看懂您发来的内容",
        "可能是网络不好，内容没有传完整。",
        ("请返回上一页，再试一次。", "您之前保存的内容都在。"),
    ),
    403: (
        "这个页面您不能打开",
        "您现在的登录身份不能看这个页面。",
        ("请换成可以看的账号登录。", "不清楚为什么，请打热线问一问。"),
    ),
    404: (
        "没有找到这个页面",
        "可能是网址输错了，或者这份申请不在您的名下。",
        ("请检查网址或编号。", "如果是替别人办的，请换本人账号登录再看。", "您之前保存的内容都在。"),
    ),
    405: ("这个网址不能这样打开", "请从页面上的按钮进入。", ("请回到办事指南重新进入。",)),
    409: (
        "内容刚才已经变了",
        "可能在别的手机、电脑上改过，或者办理进度刚刚更新。为了不弄错，这一次没有保存。",
        ("请打开最新的页面看一看，再接着办。", "之前保存的内容都在。"),
    ),
    413: (
        "传的文件太大了",
        "这一次的文件加起来超过了限制，没有收下。",
        ("请减少文件，或者把照片拍小一点再传。", "之前传好的文件、填好的内容都在。"),
    ),
    419: (
        "这个页面放得太久了",
        "为了安全，请重新打开页面再提交一次。",
        ("请返回上一页，刷新后再试。", "之前保存的内容都在。"),
    ),
    422: ("填写的内容有误", "请返回检查。", ("请返回上一页改一改，再试一次。",)),
    429: ("操作太频繁了", "为了安全，请稍等一会儿。", ("请过一会儿再试。", "着急请打热线，工作人员帮您。")),
    500: (
        "系统出了点问题，不是您的问题",
        "我们已经记下来了，正在处理。",
        ("请过一会儿再试。", "您填过的、传过的都存好了，不会丢。", "着急请打热线，工作人员帮您。"),
    ),
    503: (
        "暂时打不开，不是您的问题",
        "系统正在维护。",
        ("您填过的、传过的都存好了，不会丢。", "正在办的照常在办，有结果会发短信。", "着急请打热线，工作人员帮您。"),
    ),
    507: (
        "存储空间满了，不是您的问题",
        "这一次的文件没有收下，我们正在处理。",
        ("之前传好的文件、填好的内容都在。", "请过一会儿再传。"),
    ),
}


def region_in(request: Request[Any, Any, Any]) -> Region | None:
    """Return the region in the address; None if the address has none."""
    return REGIONS.get(request.scope["path"].split("/")[1])


def at_desk(request: Request[Any, Any, Any]) -> bool:
    """Return whether the address is one of the desk."""
    return request.scope["path"].startswith("/staff")


def on_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """Answer a `Problem` with its page; if the visitor must sign in, redirect to the sign-in page."""
    if isinstance(problem, SignInFirst):
        return sign_in(request, problem.kept)
    if isinstance(problem, First):
        return see_other(problem.why)
    if isinstance(problem, Stale):
        return Later(partial(stale_answer, request, problem.why))
    return problem_page(request, problem.status, why=problem.why, retry_after=problem.retry_after)


def on_second(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a change that somebody else made impossible with status 409; it says who did, if known."""

    async def second_answer() -> Response[bytes]:
        return await stale_answer(request, await who_was_first(request))

    return Later(second_answer)


async def stale_answer(request: Request[Any, Any, Any], why: str) -> Response[bytes]:
    """Return the 409 answer; what was typed stands beside what is saved, in the form's page again, or to be copied."""
    if request.method == "GET":
        return problem_page(request, Stale.status, why=why)
    opt = request.route_handler.opt
    if opt.get("compares", False):
        form = form_of(request)
        found = compared(await saved_page(request), form)
        return comparison_page(request, found, why) if found else _to_be_copied(request, why, unsaved(form))
    if not at_desk(request):
        return problem_page(request, Stale.status, why=why)
    form = await fields_of(request) if opt.get("streams", False) else form_of(request)
    again = await page_again(request, form, why)
    return again or _to_be_copied(request, why, form.written())


def _to_be_copied(request: Request[Any, Any, Any], why: str, written: Sequence[str]) -> Response[bytes]:
    """Return the 409 page of a form that is not there any more, with the texts that were *written* into it."""
    return problem_page(request, Stale.status, why=why, written=written)


def comparison_page(request: Request[Any, Any, Any], comparison: Comparison, why: str) -> Response[bytes]:
    """Return the 409 page on which a person chooses between what they typed and what is saved, field by field."""
    query = request.scope["query_string"].decode("latin-1")
    return page(
        request,
        "public/errors/comparison",
        status=Stale.status,
        region=region_in(request),
        what=why or WORDS[Stale.status][1],
        comparison=comparison,
        action=f"{request.scope['path']}{'?' if query else ''}{query}",
    )


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer an error that the framework raised, with the same pages."""
    return problem_page(request, error.status_code if error.status_code in WORDS else 400)


def on_cannot_print(request: Request[Any, Any, Any], error: CannotPrint) -> Response[bytes]:
    """Answer a PDF that failed because no font of ours has a character; the page says which."""
    LOG.error("cannot print", route=route(request), error=type(error).__name__)
    return problem_page(request, 503, why="这份文件里有字体打不出来的字，做不出 PDF。网页上的内容一样，请先看网页。")


def on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer any other exception with a reference number for the log and no inner detail."""
    reference = digits(8)
    LOG.error(
        "crash",
        reference=reference,
        error=type(error).__name__,
        where=where(error),
        method=request.scope["method"],
        route=route(request),
    )
    return problem_page(request, 500, reference=reference)


def route(request: Request[Any, Any, Any]) -> str:
    """Return the path template of the route, without the values in the address."""
    handler = request.scope.get("route_handler")
    return ", ".join(sorted(handler.paths)) if handler else ""


def sign_in(request: Request[Any, Any, Any], kept: str = "") -> Response[bytes]:
    """Redirect to the sign-in page, and after signing in back to the requested address.

    *kept* is the id of a form saved because the session had expired; it is offered again then.
    """
    path = request.scope["path"]
    region = region_in(request)
    home = "/staff" if at_desk(request) else f"/{region.id}" if region else ""
    back = f"{home}/session/resumption/{kept}" if kept else path if request.method == "GET" else ""
    target = with_next(f"{home}/login", back) if home else "/"
    if request.headers.get("hx-request"):  # htmx would swap the sign-in page into a part of this one
        return Response(b"", status_code=204, headers={"hx-redirect": target})
    return see_other(target)


def problem_page(
    request: Request[Any, Any, Any],
    status: int,
    *,
    why: str = "",
    retry_after: int = 0,
    reference: str = "",
    written: Sequence[str] = (),
) -> Response[bytes]:
    """Return the page for *status*; with the texts that were *written* into a form that was refused."""
    title, what, next_steps = WORDS[status]
    headers = {"retry-after": str(retry_after)} if retry_after else {}
    return page(
        request,
        "public/errors/problem",
        status=status,
        headers=headers,
        region=region_in(request),
        heading=title,
        what=why or what,
        next_steps=next_steps,
        minutes=-(-retry_after // 60) if retry_after else 0,
        reference=reference,
        written=written,
        staff=at_desk(request),
    )
