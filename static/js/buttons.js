/**
 * <copy-button data-text data-done> and <print-button> around a hidden button: they show it, because
 * only script can copy and print. Without this module the number is text and the browser prints.
 */
import { say } from "./say.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    await navigator.clipboard.writeText(this.dataset.text);
    say(this.dataset.done);
  }
}

class PrintButton extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}

customElements.define("copy-button", CopyButton);
customElements.define("print-button", PrintButton);
