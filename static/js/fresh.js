/**
 * renew(page): take over from a page of ours, just fetched, whatever says data-fresh; the rest stays as it is.
 *
 * What has the focus keeps it: its twin in the new part is found by its id. Where that is gone the
 * heading of its section gets the focus, so that it is never lost to the body. Ticks that were not
 * sent yet are kept, too.
 */
export function renew(page) {
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) put(old, document.adoptNode(fresh));
  }
  if (!page.getElementById("error-summary")) document.getElementById("error-summary")?.remove();
}

function put(old, fresh) {
  // The session's token is written anew on every page; the one that is here is as good.
  const token = document.querySelector("input[name=csrf]")?.value;
  for (const field of [...old.querySelectorAll("[name=csrf]"), ...fresh.querySelectorAll("[name=csrf]")]) {
    field.setAttribute("value", token);
  }
  if (old.isEqualNode(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const heading = old.closest("section")?.querySelector("h2");
  for (const box of old.querySelectorAll("input[type=checkbox], select")) {
    const twin = fresh.querySelector(`[name="${CSS.escape(box.name)}"]`);
    if (twin) Object.assign(twin, box.type === "checkbox" ? { checked: box.checked } : { value: box.value });
  }
  old.replaceWith(fresh);
  if (focused) (twinOf(focused, fresh) ?? heading ?? document.getElementById("files"))?.focus();
}

function twinOf(focused, fresh) {
  if (focused.id) return document.getElementById(focused.id);
  const name = focused.getAttribute("name");
  const href = focused.getAttribute("href");
  return fresh.querySelector(name ? `[name="${CSS.escape(name)}"]` : `[href="${CSS.escape(href ?? "-")}"]`);
}

/** Return *text* with its {names} filled in. */
export function fill(text, words) {
  return text.replace(/\{(\w+)\}/g, (_, name) => words[name] ?? "");
}
