/**
 * <auto-save data-address data-saved data-lost data-over> inside a form: saves what is typed, by itself, to the address
 * of the form's page (core/web/typed.py), where it stands again after a reload, on another device, after signing in.
 *
 * Only fields that were changed on this page are sent, so that nothing else is written over what somebody saved
 * meanwhile. When it was saved stands in words below the form and is not announced; a lost network is announced once.
 */
import { fill } from "./fresh.js";
import { say } from "./say.js";

const PAUSE = 1500;
const AFTER_CHANGE = 400; // a button that is pressed right after a field was left comes first
const AGAIN = 10_000;
const NEVER = ["password", "file", "hidden", "submit", "button", "image", "reset"];

class AutoSave extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.changed = new Set();
    const ends = { signal: (this.ends = new AbortController()).signal };
    // On the document: a field may stand outside its form, and name it.
    document.addEventListener("input", (event) => this.#note(event.target, PAUSE), ends);
    document.addEventListener("change", (event) => this.#note(event.target, AFTER_CHANGE), ends);
    this.form.addEventListener("submit", () => this.#stop(), ends);
    addEventListener("pageshow", () => (this.sent = false), ends);
    addEventListener("pagehide", () => this.#save(true), ends);
    addEventListener("online", () => this.#save(), ends);
    document.addEventListener("visibilitychange", () => document.hidden && this.#save(true), ends);
    for (const field of this.form.elements) if (this.#isChanged(field)) this.#note(field, PAUSE); // typed before we came
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.ends.abort();
  }

  #note(field, pause) {
    if (field.form !== this.form || !field.name || NEVER.includes(field.type) || field.autocomplete === "one-time-code") return;
    this.changed.add(field.name);
    this.dirty = true;
    this.#plan(pause);
  }

  #plan(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#save(), pause);
  }

  #isChanged(field) {
    if (!field.name || NEVER.includes(field.type)) return false;
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    return "defaultValue" in field && field.value !== field.defaultValue;
  }

  /** Send the changed fields; *leaving*: the page may be thrown away before the answer comes. */
  async #save(leaving = false) {
    clearTimeout(this.timer);
    if (!this.dirty || this.sent || (this.saving && !leaving)) return;
    this.dirty = false;
    this.saving = new AbortController();
    try {
      const answer = await fetch(this.dataset.address, {
        method: "POST",
        body: this.#fields(),
        redirect: "manual",
        keepalive: leaving,
        signal: leaving ? undefined : this.saving.signal,
      });
      if (answer.type === "opaqueredirect") this.#tell(this.dataset.over);
      else if (answer.ok) this.#saved(await answer.text());
      else if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
      // Everything else is said by the page itself as soon as the form is sent.
    } catch {
      if (!this.sent) this.#lost();
    }
    this.saving = null;
    if (this.dirty) this.#plan(this.lost ? AGAIN : PAUSE);
  }

  #fields() {
    const all = new FormData(this.form);
    const body = new URLSearchParams({ csrf: all.get("csrf"), action: "typed" });
    for (const name of this.changed) {
      const texts = all.getAll(name);
      for (const text of texts.length ? texts : [""]) body.append(name, text);
    }
    return body;
  }

  #saved(time) {
    this.lost = false;
    this.#tell(fill(this.dataset.saved, { time }), false);
  }

  #lost() {
    this.dirty = true;
    this.#tell(this.dataset.lost, !this.lost);
    this.lost = true;
  }

  #tell(text, aloud = this.textContent !== text) {
    this.textContent = text;
    if (aloud) say(text);
  }

  /** The form itself is on its way: what is saved now would come back after it was taken. */
  #stop() {
    clearTimeout(this.timer);
    this.sent = true;
    this.saving?.abort();
  }
}

customElements.define("auto-save", AutoSave);
