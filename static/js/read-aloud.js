/**
 * <read-aloud data-start data-stop> around a hidden button: it shows the button where the browser can speak, and then
 * reads the words of the page, one block after another, in the language of the page. Pressed again, it stops.
 *
 * The browser speaks by itself, no other site hears the page. Nothing is put into the live region.
 */
const BLOCKS = "h1, h2, h3, p, li, dt, dd, caption, th, td, label, legend, summary";
const SILENT = "[hidden], [aria-hidden=true], svg, script";

class ReadAloud extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = !("speechSynthesis" in window);
    button.addEventListener("click", () => (speechSynthesis.speaking ? this.stop() : this.start()));
    addEventListener("pagehide", () => speechSynthesis?.cancel());
  }

  start() {
    const sentences = words(document.querySelector("main"));
    sentences.forEach((sentence, at) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.lang = document.documentElement.lang;
      if (at === sentences.length - 1) said.addEventListener("end", () => this.#show(false));
      speechSynthesis.speak(said);
    });
    this.#show(sentences.length > 0);
  }

  stop() {
    speechSynthesis.cancel();
    this.#show(false);
  }

  #show(speaking) {
    this.querySelector("button").textContent = speaking ? this.dataset.stop : this.dataset.start;
  }
}

/** Return the text of each block of *main* that holds no other block. */
function words(main) {
  return [...main.querySelectorAll(BLOCKS)]
    .filter((block) => !block.querySelector(BLOCKS) && !block.closest(SILENT) && block.checkVisibility?.() !== false)
    .map((block) => block.textContent.replace(/\s+/g, " ").trim())
    .filter(Boolean);
}

customElements.define("read-aloud", ReadAloud);
