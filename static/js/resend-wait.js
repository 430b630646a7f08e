/**
 * <resend-wait data-seconds data-waiting data-ready> counts down in text until another code may be
 * asked for. Seen every second, heard at the start and at the end only. The button works all along:
 * the server decides, and says how long to wait.
 */
import { say } from "./say.js";

class ResendWait extends HTMLElement {
  connectedCallback() {
    this.end = Date.now() + Number(this.dataset.seconds) * 1000;
    if (this.left <= 0) return;
    say(this.#words());
    this.timer = setInterval(() => this.#show(), 1000);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  get left() {
    return Math.ceil((this.end - Date.now()) / 1000);
  }

  #show() {
    this.textContent = this.#words();
    if (this.left > 0) return;
    clearInterval(this.timer);
    say(this.dataset.ready);
  }

  #words() {
    return this.left > 0 ? this.dataset.waiting.replace("{s}", this.left) : this.dataset.ready;
  }
}

customElements.define("resend-wait", ResendWait);
