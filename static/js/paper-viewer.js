/**
 * <paper-viewer data-address> around the viewer of papers: its links change the viewer only, not the page, and
 * keys do the same while the focus is inside. What the links lead to without this module is the same viewer.
 */
import { say } from "./say.js";

const KEYS = { ArrowLeft: "before", ArrowRight: "after", "-": "smaller", "+": "larger", "=": "larger", r: "turn", R: "turn" };

class PaperViewer extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-query]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#show(link);
    });
    this.addEventListener("keydown", (event) => {
      const link = event.altKey || event.ctrlKey || event.metaKey ? null : this.querySelector(`#viewer-${KEYS[event.key]}`);
      if (!link) return;
      event.preventDefault();
      this.#show(link);
    });
  }

  async #show(link) {
    const answer = await fetch(`${this.dataset.address}?${link.dataset.query}`).catch(() => null);
    if (!answer?.ok) {
      location.assign(link.href);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const inPaper = document.activeElement.classList.contains("viewer__page");
    const focused = document.activeElement.id;
    this.replaceChildren(document.adoptNode(page.getElementById("viewer")));
    const twin = inPaper ? this.querySelector(".viewer__page") : focused && this.querySelector(`#${CSS.escape(focused)}`);
    (twin || this.querySelector("#viewer-file")).focus({ preventScroll: true });
    history.replaceState(null, "", link.href);
    say(`${this.querySelector("#viewer-file").textContent} ${this.querySelector("#viewer-leaf").textContent}`);
  }
}

customElements.define("paper-viewer", PaperViewer);
