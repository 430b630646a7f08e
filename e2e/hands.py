"""A pair of hands on a keyboard: the next stop is reached by Tab alone, and every stop on the way is looked at."""

import re

from playwright.sync_api import Locator, expect

from e2e.people import Person

STOPS = 90  # more than any page has
LOOK = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const box = here.getBoundingClientRect();
  const marked = [here, here.closest("label")].some((one) => {
    if (!one) return false;
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3;
  });
  const top = document.elementFromPoint(
    Math.min(innerWidth - 1, Math.max(0, box.x + box.width / 2)),
    Math.min(innerHeight - 1, Math.max(0, box.y + Math.min(box.height, innerHeight) / 2)),
  );
  const over = here.closest("label") ?? here;
  return {
    what: here.outerHTML.slice(0, 160),
    name: (here.getAttribute("aria-label") ?? here.innerText ?? "").trim(),
    marked,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    covered: !!top && !over.contains(top) && !top.contains(here),
    forced: here.tabIndex > 0,
  };
}"""


class Hands:
    """Somebody who has no mouse."""

    def __init__(self, person: Person) -> None:
        """Sit down where *person* sits."""
        self.person = person
        self.page = person.page

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Write over what stands in the field in focus."""
        self.press("Control+a")
        self.page.keyboard.insert_text(text)

    def step(self, key: str = "Tab") -> bool:
        """Go to the next stop and look at it; return whether there was one before the end of the page."""
        self.press(key)
        stop = self.page.evaluate(LOOK)
        if not stop:
            return False
        where = f"{self.page.url}: {stop['what']}"
        assert stop["marked"], f"focus cannot be seen on {where}"
        assert stop["shown"], f"focus is outside the window on {where}"
        assert not stop["covered"], f"something lies over the focus on {where}"
        assert not stop["forced"], f"a tabindex bends the order on {where}"
        return True

    def reach(self, target: Locator) -> None:
        """Go on by Tab until *target* is in focus."""
        expect(target).to_be_visible()
        for _ in range(STOPS):
            self.step()
            if target.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached by Tab on {self.page.url}")

    def follow(self, name: str, *, exact: bool = False) -> None:
        """Reach the link called *name* and follow it."""
        self.reach(self.page.get_by_role("link", name=name, exact=exact).first)
        self.press("Enter")

    def push(self, name: str, *, key: str = "Enter") -> None:
        """Reach the button whose name begins with *name* and press it."""
        self.reach(self.page.get_by_role("button", name=re.compile(f"^{name}")).first)
        self.press(key)

    def fill(self, label: str, text: str, *, exact: bool = False) -> None:
        """Reach the field called *label* and write into it."""
        self.reach(self.page.get_by_label(label, exact=exact))
        self.write(text)

    def choose(self, name: str) -> None:
        """Reach the group by Tab, its option called *name* by the arrows."""
        option = self.page.get_by_role("radio", name=name).first
        group = self.page.get_by_role("radio").filter(visible=True)
        self.reach(group.first)
        self.press("Space")
        for _ in range(STOPS):
            if option.is_checked():
                return
            self.step("ArrowDown")
        raise AssertionError(f"{name} is not reached by the arrows on {self.page.url}")

    def tick(self, name: str) -> None:
        """Reach a checkbox and tick it."""
        self.reach(self.page.get_by_role("checkbox", name=name))
        self.press("Space")

    def arrive(self, name: str) -> None:
        """Wait for a page, see that it begins at its top: the first stop is the way past the head."""
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        self.page.wait_for_load_state()
        self.step()
        skip = self.page.get_by_role("link", name="跳到主要内容")
        expect(skip).to_be_focused()
        self.press("Enter")
        expect(self.page.locator("#main")).to_be_focused()

    def is_told(self, message: str) -> None:
        """Find oneself on the summary of errors, and follow its line to the field."""
        expect(self.page.locator("#error-summary")).to_be_focused()
        self.step()
        line = self.page.get_by_role("link", name=message, exact=True)
        expect(line).to_be_focused()
        place = (line.get_attribute("href") or "").removeprefix("#")
        self.press("Enter")
        expect(self.page.locator(f"[id='{place}']")).to_be_focused()
