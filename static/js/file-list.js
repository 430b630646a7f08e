/**
 * <file-list> around lists of files: what turns, moves, keeps, sorts or removes a file is done in place
 * and said; files can be dragged to another place in their list, beside the buttons that do the same.
 *
 * Without this module every button is a form of its own that leads back here.
 */
import { renew } from "./fresh.js";
import { say } from "./say.js";

class FileList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.#act(event));
    this.addEventListener("click", (event) => this.#remove(event));
    this.addEventListener("dragstart", (event) => this.#drag(event));
    this.addEventListener("dragover", (event) => this.#over(event) && event.preventDefault());
    this.addEventListener("drop", (event) => this.#drop(event));
    this.addEventListener("pointerdown", (event) => this.#lift(event));
  }

  async #act(event) {
    const button = event.submitter;
    if (!button?.dataset.said) return;
    event.preventDefault();
    const body = new FormData(event.target);
    if (button.name) body.append(button.name, button.value);
    const address = button.hasAttribute("formaction") ? button.formAction : event.target.action;
    if (await this.#post(address, body)) say(button.dataset.said);
    else event.target.submit();
  }

  async #post(address, fields) {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
    if (!answer?.ok) return false;
    renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    return true;
  }

  /** The page that asks whether to remove a file, in a dialog on this one. */
  async #remove(event) {
    const link = event.target.closest("a[data-removed]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const asked = page && page.getElementById("removal");
    if (!asked) {
      location.assign(link.href);
      return;
    }
    this.#ask(link, page.querySelector("#main .page__main"), asked);
  }

  #ask(link, content, form) {
    const dialog = document.createElement("dialog");
    const heading = content.querySelector("h1");
    const title = document.createElement("h2");
    title.id = "removal-title";
    title.textContent = heading.textContent;
    heading.replaceWith(title);
    dialog.className = "ask";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(document.adoptNode(content));
    form.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      link.focus();
      const gone = await this.#post(form.action, new FormData(form));
      dialog.close("removed");
      if (gone) say(link.dataset.removed);
      else form.submit();
    });
    const heading2 = link.closest("section").querySelector("h2");
    dialog.addEventListener("close", () => {
      dialog.remove();
      (link.isConnected ? link : heading2).focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  /** Only what is taken by the mouse can be dragged, so that text on a phone can be selected. */
  #lift(event) {
    const file = event.target.closest(".file[data-move]");
    if (file) file.draggable = event.pointerType === "mouse" && !event.target.closest("form, select");
  }

  #drag(event) {
    this.dragged = event.target.closest(".file[data-move]");
    if (this.dragged) event.dataTransfer.setData("text/plain", this.dragged.id);
  }

  #over(event) {
    const target = event.target.closest(".file[data-move]");
    const same = this.dragged && target && target.parentElement === this.dragged.parentElement;
    return same && target !== this.dragged ? target : null;
  }

  async #drop(event) {
    const [target, file] = [this.#over(event), this.dragged];
    this.dragged = null;
    if (!target) return;
    event.preventDefault();
    const fields = new FormData(file.querySelector("form"));
    fields.append("to", target.dataset.at);
    const to = file.querySelector(Number(target.dataset.at) > Number(file.dataset.at) ? "[id^=down-]" : "[id^=up-]");
    const said = to.dataset.said.replace(/\d+(?=\D+\d+\D*$)/, Number(target.dataset.at) + 1);
    if (await this.#post(file.dataset.move, fields)) say(said);
  }
}

customElements.define("file-list", FileList);
