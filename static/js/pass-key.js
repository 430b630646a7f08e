/**
 * <pass-key data-act data-options> around a form: when it is sent, the browser makes a passkey ("create")
 * or signs with one ("get"), and the form takes the answer along in its field "credential". Without this
 * module, or where the browser knows no passkeys, the sentence stays that says so, and the form is hidden.
 */
import { say } from "./say.js";

const FRESH = 4 * 60_000; // the server takes a challenge for five minutes

class PassKey extends HTMLElement {
  connectedCallback() {
    this.options = this.dataset.options;
    this.loaded = performance.now();
    const without = this.querySelector("[data-without]");
    if (!window.PublicKeyCredential) return;
    if (location.origin !== this.dataset.origin) {
      without.textContent = this.dataset.elsewhere;
      return;
    }
    without.hidden = true;
    this.querySelector("[data-with]").hidden = false;
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
  }

  async #ask() {
    if (this.busy) return;
    this.busy = true;
    this.#tell("");
    try {
      const publicKey = read(JSON.parse(await this.#fresh()));
      const made = await navigator.credentials[this.dataset.act]({ publicKey });
      this.form.elements.credential.value = JSON.stringify(written(made));
      this.form.submit();
    } catch (error) {
      this.#tell(error.name === "InvalidStateError" ? this.dataset.known : this.dataset.failed);
    } finally {
      this.busy = false;
    }
  }

  /** The options of this page, or of the same page asked for again when they are too old. */
  async #fresh() {
    if (performance.now() - this.loaded < FRESH) return this.options;
    const answer = await fetch(this.dataset.page, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("pass-key").dataset.options;
  }

  #tell(text) {
    this.querySelector("output").textContent = text;
    if (text) say(text);
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What the server wrote as JSON, with the bytes that the browser wants. */
function read(options) {
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  };
}

/** What the browser answered, as JSON for the server. */
function written({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const there = parts.filter((part) => response[part]);
  return {
    id,
    rawId: text(rawId),
    type,
    response: Object.fromEntries(there.map((part) => [part, text(response[part])])),
  };
}

customElements.define("pass-key", PassKey);
