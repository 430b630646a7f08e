"""What people do, in their words: they go by labels, roles and sentences, never by selectors."""

import json
import re
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from e2e import papers
from tests.helpers.answers import AFTER_MATERIALS, BEFORE_MATERIALS, STEPS, Answer, fields_of

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# All that axe goes by: the page as it is now, without what is different each time it is asked for (tokens, addresses,
# numbers), and the window and the look it is shown in. The same once more would find the same once more.
MARKUP = """() => {
  const page = document.documentElement.outerHTML
    .replace(/ (href|src|action|content|value)="[^"#]*/g, "")
    .replace(/(?<![\\w-])(?=[\\w-]*[A-Z0-9])[\\w-]{22}(?![\\w-])/g, "")
    .replace(/\\d{2,}/g, "");
  const look = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((one) => matchMedia(one).matches);
  return [innerWidth, look, document.activeElement.tagName, page].join(" ");
}"""
_found_good: set[str] = set()
# Whatever the live region of a page has said, in order.
LISTEN = """
window.heard = [];
addEventListener("DOMContentLoaded", () => {
  const region = document.getElementById("status");
  if (!region) return;
  new MutationObserver(() => region.textContent && heard.push(region.textContent)).observe(region, {childList: true});
});
"""
HEARD = "said => { let at = 0; for (const one of heard) if (one.includes(said[at])) at++; return at >= said.length }"


class Person:
    """Somebody at a browser."""

    def __init__(self, page: Page, base: str, *, script: bool = True) -> None:
        """Sit down in front of *page*; *script* says whether JavaScript is on."""
        self.page = page
        self.base = base
        self.script = script

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(f"{self.base}{path}")

    def press(self, name: str, *, exact: bool = False) -> None:
        """Press the button called *name*."""
        self.page.get_by_role("button", name=name, exact=exact).click()

    def follow(self, name: str, *, exact: bool = False) -> None:
        """Follow the link called *name*."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()

    def fill(self, label: str, text: str) -> None:
        """Fill the field called *label*."""
        self.page.get_by_label(label).fill(text)

    def choose(self, name: str) -> None:
        """Tick the radio or checkbox whose words begin with *name*."""
        self.page.get_by_role("radio", name=name).check()

    def sees(self, text: str) -> None:
        """Wait until *text* is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def hears(self, *sentences: str) -> None:
        """Wait until the screen reader has been given these sentences, in this order, perhaps others between."""
        self.page.wait_for_function(HEARD, arg=list(sentences), timeout=40_000)

    def focus_is_kept(self) -> None:
        """Fail when the focus was lost to the body."""
        assert self.page.evaluate("document.activeElement !== document.body && document.activeElement !== null")

    def heading(self, name: str) -> None:
        """Wait until the page with this heading is there, and check it."""
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        self.check_page()

    def is_told(self) -> None:
        """Wait until the page comes back with what is wrong, and check it."""
        expect(self.page).to_have_title(re.compile("^错误："))
        self.check_page()

    def check_page(self) -> None:
        """Look at the page as everybody: axe, no sideways scroll at 320 px, one h1, a unique focus order."""
        if self.script:
            self.axe()
        self.reflows()

    def axe(self, *rules: str) -> None:
        """Fail with what axe-core finds; with the *rules* named only, when there are any."""
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
        seen = f"{sorted(rules)} {self.page.evaluate(MARKUP)}"
        if seen in _found_good:
            return
        self.page.evaluate(AXE)
        # Only what is wrong travels back: the lists of what is right are long.
        options = json.dumps({"runOnly": only, "resultTypes": ["violations"]})
        found = self.page.evaluate(f"axe.run({options}).then(result => result.violations)")
        said = [f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes']]}" for one in found]
        assert not said, f"axe on {self.page.url}: " + "\n".join(said)
        _found_good.add(seen)

    def reflows(self) -> None:
        """Fail when the page scrolls sideways on the narrowest screen."""
        size = self.page.viewport_size
        assert size
        self.page.set_viewport_size({"width": 320, "height": 640})
        if self.script:
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, f"{self.page.url} is {wide} px wide at 320"
        self.page.set_viewport_size(size)


class Citizen(Person):
    """A citizen who applies."""

    def sign_in(self, region: str, mobile: str) -> None:
        """Sign in with a phone; in the demonstration the code stands on the page."""
        self.page.get_by_label("手机号码").fill(mobile)
        self.press("发验证码")
        self.heading("输入验证码")
        code = self.page.locator("#demo-code").inner_text()
        self.page.get_by_label("验证码").fill(code)
        self.press("登录", exact=True)

    def register(self, name: str, id_number: str, card_no: str) -> None:
        """Bind who they are, at the first visit."""
        self.heading("实名注册")
        self.fill("姓名", name)
        self.fill("证件号码", id_number)
        self.fill("社保卡号", card_no)
        self.page.get_by_role("checkbox", name="我已看过个人信息处理告知").check()
        self.press("注册并继续")

    def begin(self) -> None:
        """Begin an application."""
        self.heading("在线申请")
        self.press("开始填写")
        self.heading("办理清单")
        self.page.get_by_role("link", name="接着填").click()

    def answer_steps(self, disease: str, hospital: str) -> None:
        """Answer every step up to the materials."""
        self.answer(*BEFORE_MATERIALS, disease=disease, hospital=hospital)
        self.heading("上传材料")

    def answer(self, *slugs: str, **other: str) -> None:
        """Answer the steps *slugs*; *other* has what to choose or type instead of the usual, by the question's name."""
        for slug in slugs:
            step = STEPS[slug]
            self.heading(step.heading)
            for answer in step.answers:
                self.give(answer, other.get(answer.name, ""))
            self.press("下一步")

    def give(self, answer: Answer, other: str = "") -> None:
        """Give an answer, or the *other*, as a person does; what the page offers is left as it is."""
        if answer.how == "chosen":
            self.choose(other or answer.words)
        elif answer.how == "typed":
            self.fill(answer.words, other or answer.stored)
        elif answer.how == "dated":
            day = self.page.get_by_role("group", name=answer.words)
            for label, (_, number) in zip(("年", "月", "日"), fields_of(answer), strict=True):
                day.get_by_label(label, exact=True).fill(number)
        elif answer.how == "ticked":
            box = self.page.get_by_role("checkbox", name=answer.words)
            expect(box).not_to_be_checked()  # nobody agrees by saying nothing
            box.check()

    def material(self, name: str) -> Locator:
        """Return the row of a material."""
        return self.page.get_by_role("region", name=name, exact=True)

    def upload(self, material: str, *files: FilePayload) -> None:
        """Choose files for a material; without JavaScript press 上传, too."""
        row = self.material(material)
        before = row.get_by_role("listitem").count()
        row.get_by_label(re.compile(f"^选照片或文件：{material}")).set_input_files(files)
        if not self.script:
            row.get_by_role("button", name=re.compile(f"^上传.*{material}")).click()
        expect(self.material(material).get_by_role("listitem")).to_have_count(before + len(files), timeout=30_000)

    def upload_everything(self) -> None:
        """Upload a photo of 3 MB, a PDF of four pages, and the rest."""
        self.upload("检查报告", papers.file("糖化血红蛋白报告.pdf", "application/pdf", papers.report()))
        self.upload("病情诊断证明", papers.file("诊断证明.jpg", "image/jpeg", papers.photo()))
        self.upload("住院病历或出院小结", papers.file("出院小结.jpg", "image/jpeg", papers.small_photo("出院小结")))
        self.upload("有效身份证件", papers.file("身份证.jpg", "image/jpeg", papers.small_photo()))
        self.check_page()
        self.press("下一步")

    def choose_delivery_and_notices(self) -> None:
        """Take the certificate, agree to letters on line, and have messages by SMS."""
        self.answer(*AFTER_MATERIALS)

    def sign_and_submit(self, name: str) -> str:
        """Check, sign, submit; return the application number."""
        self.heading("核对并提交")
        self.follow("都对，去签名提交")
        self.heading("确认签名")
        self.page.get_by_role("checkbox", name="我填写的内容和上传的材料都是真实的").check()
        self.fill("签名", name)
        self.press("确认并提交")
        self.heading("提交成功")
        number = self.page.get_by_text(re.compile(r"^\d{4} \d{4} \d{4}$")).first.inner_text()
        return number.replace(" ", "")


class Clerk(Person):
    """A member of staff."""

    PASSWORD = "mente-demo-2026"

    def sign_in(self, login: str, first: str = "工作台") -> None:
        """Sign in at the desk; *first* is the page one comes to there."""
        self.go("/staff/login")
        self.heading("工作人员登录")
        self.fill("账号", login)
        self.fill("密码", self.PASSWORD)
        self.press("登录", exact=True)
        self.give_code()
        self.heading(first)

    def give_code(self) -> None:
        """Give the second factor; in the demonstration it stands on the page."""
        self.heading("动态验证码")
        self.fill("动态验证码", self.page.locator("#demo-code").inner_text())
        self.press("登录", exact=True)

    def open(self, number: str) -> None:
        """Open a case from the queue."""
        self.go(f"/staff/queue?q={number}")
        grouped = f"{number[:4]} {number[4:8]} {number[8:]}"
        self.page.get_by_role("link", name=grouped).click()
        self.heading(f"办件 {grouped}")

    def propose_pass(self) -> None:
        """Propose to approve."""
        self.follow("拟定认定意见")
        self.heading("拟定认定意见")
        self.page.get_by_role("radio", name="通过", exact=True).check()
        self.press("送审批")

    def approve(self) -> None:
        """Approve the proposal."""
        self.follow("审批")
        self.heading("审批")
        self.press("同意，作出决定")
