/**
 * <session-watch data-address data-seconds> asks, five minutes before the session ends, how long it
 * really lasts (another tab may have extended it), and then opens the warning the server sends.
 *
 * 继续 and Esc extend it; nothing a person typed is lost. Without this module the session ends as
 * announced in the footer, and what was posted too late is kept.
 */
import { say } from "./say.js";

const BEFORE = 5 * 60;

class SessionWatch extends HTMLElement {
  connectedCallback() {
    this.#plan(Number(this.dataset.seconds));
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  #plan(seconds) {
    clearTimeout(this.timer);
    this.due = Date.now() + (seconds - BEFORE) * 1000;
    this.timer = setTimeout(() => this.#look(), Math.max(0, this.due - Date.now()));
  }

  async #look() {
    if (Date.now() < this.due || this.querySelector("dialog[open]")) return;
    const answer = await fetch(this.dataset.address, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = document.adoptNode(page.querySelector("dialog"));
    const seconds = Number(dialog.dataset.seconds);
    if (!seconds) location.reload();
    else if (seconds > BEFORE + 5) this.#plan(seconds);
    else this.#warn(dialog, seconds);
  }

  #warn(dialog, seconds) {
    this.replaceChildren(dialog);
    const form = dialog.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("close", () => this.#extend(form));
    dialog.showModal();
    this.timer = setTimeout(() => location.reload(), seconds * 1000 + 2000);
  }

  async #extend(form) {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body });
    this.replaceChildren();
    if (!answer.ok) return;
    say(this.dataset.done);
    this.due = 0;
    const left = await fetch(this.dataset.address, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await left.text(), "text/html");
    this.#plan(Number(page.querySelector("dialog").dataset.seconds));
  }
}

customElements.define("session-watch", SessionWatch);
