/**
 * <file-drop> inside an upload form: files go out when they are chosen or dropped, one by one, with
 * progress; one that cannot be taken is said at once; a lost connection keeps the file and what has
 * arrived of it. Without this module the form sends what was chosen with its own button.
 *
 * The list of files is renewed from the server's answer, so the server alone says what is there; the
 * inputs stay in place and keep the focus. Attributes: limits, and the sentences with {name} and {percent}.
 */
import { fill, renew } from "./fresh.js";
import { Lost, Sender, atLogin } from "./parts.js";
import { say } from "./say.js";
import { huge, smaller } from "./shrink.js";

const HALF = 50;

class FileDrop extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("input[type=file]").form;
    this.action = this.form.getAttribute("action"); // a button called action hides the property
    this.news = this.querySelector(".file-drop__news");
    this.turn = Promise.resolve();
    this.dataset.live = ""; // the inputs are empty again as soon as something was chosen: nobody is told so
    if (this.dataset.words) this.#leaveWords();
    else this.querySelector(".file-drop__send").hidden = true;
    for (const input of this.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", () => this.#chosen(input));
    }
    this.#listen(this.closest(".material") ?? this);
  }

  /** Files go out when they are chosen, so the form has only its other fields left, and goes where those go. */
  #leaveWords() {
    this.form.enctype = "application/x-www-form-urlencoded";
    this.form.setAttribute("action", this.dataset.words);
  }

  #listen(row) {
    row.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      row.classList.add("material--over");
    });
    row.addEventListener("dragleave", (event) => {
      if (!row.contains(event.relatedTarget)) row.classList.remove("material--over");
    });
    row.addEventListener("drop", (event) => {
      row.classList.remove("material--over");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.#take([...event.dataTransfer.files]);
    });
  }

  #chosen(input) {
    const files = [...input.files];
    input.value = "";
    this.#take(files);
  }

  /** Refuse at once what cannot be taken; the others wait for their turn, one after the other. */
  #take(files) {
    for (const old of this.news.querySelectorAll(".file-drop__line--wrong")) old.remove();
    for (const file of files) {
      const wrong = this.#wrongWith(file);
      if (wrong) this.#refuse(wrong);
      else this.turn = this.turn.then(() => this.#send(file));
    }
  }

  /** What is said of a file that need not be sent to be refused; a photo may still be too big before it is *shrunk*. */
  #wrongWith(file, shrunk = false) {
    const { maxMb, accepts, tooBig, wrongType, office, video, empty, officeNames, videoNames } = this.dataset;
    const words = { name: file.name, size: `${(file.size / 1024 ** 2).toFixed(1)} MB`, max: `${maxMb} MB` };
    const extension = file.name.split(".").pop().toLowerCase();
    const photo = file.type.startsWith("image/");
    const fits = accepts.split(",").some((kind) => kind === file.type || (kind === "image/*" && photo));
    if (!file.size) return fill(empty, words);
    if (file.size > maxMb * 1024 ** 2 && (shrunk || !huge(file))) return fill(tooBig, words);
    if (file.type.startsWith("video/") || videoNames.split(" ").includes(extension)) return fill(video, words);
    if (officeNames.split(" ").includes(extension)) return fill(office, words);
    return fits || !file.type ? "" : fill(wrongType, words); // without a type the server looks inside
  }

  #refuse(sentence) {
    const line = this.#line("file-drop__line--wrong");
    line.textContent = sentence;
    say(sentence);
  }

  #line(kind = "") {
    const line = document.createElement("p");
    line.className = `file-drop__line ${kind}`;
    this.news.append(line);
    return line;
  }

  async #send(chosen) {
    say(fill(this.dataset.chosen, chosen));
    const shown = this.#shown();
    if (huge(chosen)) shown.label.textContent = fill(this.dataset.shrinking, chosen);
    const file = huge(chosen) ? await smaller(chosen) : chosen;
    const wrong = this.#wrongWith(file, true);
    if (wrong) {
      shown.line.remove();
      this.#refuse(wrong);
      return;
    }
    const { action } = this;
    const token = this.form.elements.csrf.value;
    const tell = this.#teller(file, shown);
    await this.#try(new Sender(file, { action, token, tell, parts: this.dataset.parts }), shown);
  }

  #shown() {
    const line = this.#line();
    const [label, bar] = [document.createElement("span"), document.createElement("progress")];
    label.id = `sending-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    bar.className = "progress";
    bar.max = 100;
    bar.setAttribute("aria-labelledby", label.id);
    line.append(label, bar);
    return { line, label, bar };
  }

  /** Show every percent, say only the start, the half and the end. */
  #teller(file, { bar, label }) {
    let said = -1;
    return (percent) => {
      bar.value = percent;
      const text = fill(percent < 100 ? this.dataset.sending : this.dataset.sent, { name: file.name, percent });
      label.textContent = text;
      const mark = percent >= 100 ? 100 : percent >= HALF ? HALF : 0;
      if (mark > said) say(text);
      said = Math.max(said, mark);
    };
  }

  async #try(sender, shown) {
    try {
      sender.tell(sender.file.size ? Math.min(99, Math.floor((100 * sender.reached) / sender.file.size)) : 0);
      const answer = await sender.send();
      sender.tell(100);
      this.#arrived(sender.file, answer, shown);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      await this.#lost(sender, shown);
    }
  }

  #arrived(file, request, { line }) {
    const page = request.response;
    line.remove();
    if (!page?.getElementById(this.dataset.list)) {
      this.#elsewhere(file, request);
      return;
    }
    const refusals = [...page.querySelectorAll(".file--now")];
    const sentence = refusals[0]?.querySelector(".file__why").textContent.trim();
    for (const one of refusals) one.remove(); // it is said in a line of ours, which outlives the next upload
    renew(page);
    if (sentence) this.#refuse(sentence);
    else say(fill(this.dataset.done, file));
  }

  /** The answer is another page: the one we replaced a file on, a sign-in, or an error with its own words. */
  #elsewhere(file, request) {
    const here = new URL(request.responseURL);
    const said = request.response?.querySelector(".field__error, h1")?.textContent.trim();
    if (atLogin(request)) this.#refuse(fill(this.dataset.signedOut, file));
    else if (request.status === 200) location.assign(here.href);
    else this.#refuse(said || fill(this.dataset.failed, file));
  }

  /** Keep the file and what has arrived; go on when the person says so, or the network is back. */
  #lost(sender, { line, label, bar }) {
    const percent = Math.floor(bar.value);
    const sentence = fill(this.dataset.lost, { name: sender.file.name, percent });
    const again = this.#button(this.dataset.again, sender.file.name);
    const cancel = this.#button(this.dataset.cancel, sender.file.name);
    label.textContent = sentence;
    bar.hidden = true;
    line.append(again, cancel);
    say(sentence);
    return new Promise((done) => {
      const go = (on) => {
        window.removeEventListener("online", online);
        if (line.contains(document.activeElement)) this.closest("section")?.querySelector("h2")?.focus();
        again.remove();
        cancel.remove();
        bar.hidden = false;
        if (on) done(this.#try(sender, { line, label, bar }));
        else done((sender.giveUp(), line.remove()));
      };
      const online = () => go(true);
      window.addEventListener("online", online);
      again.addEventListener("click", () => go(true));
      cancel.addEventListener("click", () => go(false));
    });
  }

  #button(text, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--second";
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = ` ${name}`;
    button.append(text, hidden);
    return button;
  }
}

// A file that misses its row must not open in the place of the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
}

customElements.define("file-drop", FileDrop);
