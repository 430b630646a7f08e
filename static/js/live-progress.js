/**
 * <live-progress> around a fragment that htmx keeps fresh over a stream.
 *
 * While no stream is open it sends `poll` to the fragment every 20 seconds, and the fragment
 * asks for itself. Without this module the 刷新 link under it still works.
 */
const EVERY = 20_000;

class LiveProgress extends HTMLElement {
  connectedCallback() {
    this.addEventListener("htmx:sse:after:connection", () => (this.streaming = true));
    this.addEventListener("htmx:sse:error", () => (this.streaming = false));
    this.addEventListener("htmx:sse:close", () => this.#ended());
    this.addEventListener("focusin", (event) => (this.held = event.target));
    this.addEventListener("focusout", (event) => event.relatedTarget && (this.held = null));
    this.watching = new MutationObserver(() => this.#holdFocus());
    this.watching.observe(this, { childList: true, subtree: true });
    this.timer = setInterval(() => this.#poll(), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.watching.disconnect();
  }

  /** Whoever stood on a link that was swapped stands on it again, or on the heading when it is gone. */
  #holdFocus() {
    if (!this.held || this.held.isConnected || document.activeElement !== document.body) return;
    const address = this.held.getAttribute("href");
    const heir = address ? this.querySelector(`a[href="${CSS.escape(address)}"]`) : null;
    this.held = null;
    (heir ?? this.querySelector("#turn")).focus({ preventScroll: true });
  }

  /** Nothing more will come: the page no longer says that it would. */
  #ended() {
    this.streaming = false;
    document.getElementById("live-note").hidden = true;
  }

  #poll() {
    if (this.streaming || document.hidden) return;
    this.querySelector("[data-hx-trigger=poll]")?.dispatchEvent(new Event("poll"));
  }
}

customElements.define("live-progress", LiveProgress);
