/**
 * say(text): have a screen reader say one short sentence, through the live region of the layout.
 *
 * The region is in the page from the first byte; the same text twice in a row is said again. Sentences
 * that come quickly one after the other wait for their turn, so that none of them is swallowed.
 */
const PAUSE = 400;
const waiting = [];
let busy = false;

export function say(text) {
  waiting.push(text);
  if (!busy) next();
}

function next() {
  const text = waiting.shift();
  busy = text !== undefined;
  if (!busy) return;
  const region = document.getElementById("status");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
  setTimeout(next, PAUSE);
}
