/**
 * Sending: one file to a form's address, as a form or, when it is large, in parts that go on where they stopped
 * (the IETF's resumable uploads; the server's side is citizen/files/uploads.py).
 *
 * `send()` may be called again on the same sender after it threw Lost: it asks how far it came and goes on. So does
 * a new sender of the same file, after the page was loaded anew (recall.js).
 */
import { forget, markOf, recalled, remember } from "./recall.js";

const LARGE = 1024 ** 2;

export class Lost extends Error {}

/** Whether an answer is the page to sign in, because the session is over. */
export function atLogin(answer) {
  return new URL(answer.responseURL).pathname.endsWith("/login");
}

export class Sender {
  constructor(file, { action, parts, token, tell }) {
    Object.assign(this, { file, action, parts, token, tell, address: "", reached: 0 });
  }

  /** Send what is left and return the page that came back, with its status and address. */
  async send() {
    if (this.file.size <= LARGE || this.plain) return this.#form({ file: this.file });
    this.mark ??= await markOf(this.file);
    this.address ||= recalled(this.mark);
    if (this.address) await this.#ask();
    if (!this.address) await this.#begin();
    if (this.plain) return this.#form(this.signedOut ? {} : { file: this.file });
    while (this.reached < this.file.size) await this.#more();
    const answer = await this.#form({ upload: this.address.split("/").pop() });
    if (answer.status < 500 && !atLogin(answer)) forget(this.mark);
    return answer;
  }

  /** Have the server forget what has come so far. */
  giveUp() {
    forget(this.mark);
    if (this.address) this.#request("DELETE", this.address).catch(() => {});
  }

  async #begin() {
    const name = `attachment; filename*=UTF-8''${encodeURIComponent(this.file.name)}`;
    const headers = { "Upload-Complete": "?0", "Upload-Length": this.file.size, "Content-Disposition": name };
    const answer = await this.#request("POST", this.parts, headers);
    if (answer.status === 201) remember(this.mark, (this.address = answer.getResponseHeader("location")));
    else this.plain = true; // the server says why, on the page a plain form gets
    this.signedOut = atLogin(answer); // then a form without the file is enough to be told
    this.reached = 0;
  }

  async #ask() {
    const answer = await this.#request("HEAD", this.address);
    this.reached = Number(answer.getResponseHeader("upload-offset"));
    if (answer.status === 204) this.#progress(this.reached);
    else this.address = "";
  }

  async #more() {
    const begins = this.reached;
    const headers = { "Upload-Complete": "?1", "Upload-Offset": begins, "Content-Type": "application/partial-upload" };
    const answer = await this.#request("PATCH", this.address, headers, this.file.slice(begins), begins);
    const offset = answer.getResponseHeader("upload-offset");
    if (answer.status >= 500 || offset === null) throw new Lost();
    this.reached = Number(offset);
  }

  #form(field) {
    const body = new FormData();
    body.append("csrf", this.token);
    for (const [name, value] of Object.entries(field)) body.append(name, value);
    return this.#request("POST", this.action, {}, body, field.file ? 0 : -1);
  }

  /** One request; *from* is the offset its body begins at, or -1 when it does not count. */
  #request(method, address, headers = {}, body = null, from = -1) {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("X-CSRF-Token", this.token);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (address === this.action) request.responseType = "document";
    if (from >= 0) request.upload.addEventListener("progress", (event) => this.#progress(from + event.loaded));
    return new Promise((done, fail) => {
      request.addEventListener("load", () => done(request));
      request.addEventListener("error", () => fail(new Lost()));
      request.send(body);
    });
  }

  #progress(sent) {
    this.tell(Math.min(100, Math.floor((100 * sent) / Math.max(1, this.file.size))));
  }
}
