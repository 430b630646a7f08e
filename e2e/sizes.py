"""How large things on a page are drawn, measured in the browser."""

from playwright.sync_api import Page

from e2e.people import Person

CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
# The target of a control is its label when it stands in one, or its row when it is stretched over that;
# what only a screen reader sees has none. A link in a sentence is as wide as its words.
SMALL = f"""([least, main]) => [...document.querySelectorAll({CONTROLS!r})].flatMap((one) => {{
  const stretched = getComputedStyle(one, "::after").position === "absolute" ? one.closest("li, tr") : null;
  const target = one.closest("label") ?? stretched ?? one;
  const box = target.getBoundingClientRect();
  if (!box.width || !box.height || target.closest(".skip, .visually-hidden, [hidden]")) return [];
  const inSentence = getComputedStyle(target).display === "inline";
  const wide = inSentence ? 24 : least;
  const high = one.matches("button, a.button, input[type=text], input[type=tel]") ? main : least;
  return box.height + 0.5 < high || box.width + 0.5 < wide
    ? [`${{Math.round(box.width)}}x${{Math.round(box.height)}} ${{target.outerHTML.slice(0, 120)}}`] : [];
}})"""
TINY = """(least) => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    const holder = words.currentNode.parentElement;
    const unseen = holder.closest("svg, script, .visually-hidden, [aria-hidden]");
    if (unseen || !words.currentNode.data.trim()) continue;
    const size = parseFloat(getComputedStyle(holder).fontSize);
    if (size < least && holder.getBoundingClientRect().width) found.push(`${size} ${words.currentNode.data.trim()}`);
  }
  return found;
}"""
BEYOND = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1 && !one.closest(".visually-hidden, .skip");
}).map((one) => one.outerHTML.slice(0, 120))"""

# English words that a line divides or that stand out of their block, but for what is clipped for the ear.
BROKEN = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const node = texts.currentNode;
    let block = node.parentElement;
    if (block.closest("script, style, svg, .visually-hidden, .skip, .table--entries thead, [lang=zh-CN]")) continue;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const { right: edge, width } = block.getBoundingClientRect();
    if (width < 3) continue;
    for (const word of node.data.matchAll(/[A-Za-z]{3,}/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const boxes = [...range.getClientRects()].filter((box) => box.width && box.height > 2);
      const lines = new Set(boxes.map((box) => Math.round(box.top)));
      if (lines.size > 1 || boxes.some((box) => box.right > edge + 1)) found.push(word[0]);
    }
  }
  return found;
}"""


def stays_inside(page: Page) -> None:
    """Fail when the page scrolls sideways or a box stands out of it."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window, f"{page.url} is {wide} px wide at {window}: {page.evaluate(BEYOND)[:5]}"
    assert not page.evaluate(BEYOND), f"{page.url}: {page.evaluate(BEYOND)[:5]}"


def is_large_enough(person: Person, *, target: int, main: int, text: float) -> None:
    """Fail when something to press is below *target* px, a main control below *main*, or words below *text*."""
    small, tiny = person.page.evaluate(SMALL, [target, main]), person.page.evaluate(TINY, text)
    assert not small, f"{person.page.url}: too small to press: {small}"
    assert not tiny, f"{person.page.url}: too small to read: {tiny}"


def keeps_words_whole(page: Page) -> None:
    """Fail when an English word is broken without a hyphen or stands out of its column."""
    broken = page.evaluate(BROKEN)
    assert not broken, f"{page.url}: broken: {broken}"
