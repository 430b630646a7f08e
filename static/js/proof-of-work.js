/**
 * <proof-of-work data-puzzle> inside a form: finds the number in an ALTCHA puzzle and puts the
 * solution into the field "proof". Nothing to see or to solve; takes a second or a few.
 *
 * Without this module (or where the browser has no WebCrypto) the form works after a wait.
 */
import { say } from "./say.js";

const AT_ONCE = 500;

class ProofOfWork extends HTMLElement {
  async connectedCallback() {
    if (!crypto.subtle) return;
    const puzzle = JSON.parse(this.dataset.puzzle);
    this.#tell(this.dataset.working);
    const number = await solved(puzzle);
    if (number < 0) return;
    const { algorithm, challenge, salt, signature } = puzzle;
    this.querySelector("[name=proof]").value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    this.#tell(this.dataset.done);
  }

  #tell(text) {
    this.querySelector("output").textContent = text;
    say(text);
  }
}

async function solved({ salt, challenge, maxnumber }) {
  const encoder = new TextEncoder();
  for (let from = 0; from <= maxnumber; from += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, at) => from + at);
    const hashes = await Promise.all(
      numbers.map((number) => crypto.subtle.digest("SHA-256", encoder.encode(salt + number))),
    );
    const at = hashes.findIndex((hash) => hex(hash) === challenge);
    if (at >= 0) return from + at;
  }
  return -1;
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define("proof-of-work", ProofOfWork);
