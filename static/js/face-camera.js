/**
 * <face-camera> inside an upload form: shows what the camera sees and sends two pictures, a moment
 * apart. Where there is no camera, or nobody allows it, the form's own file field stays.
 */
import { say } from "./say.js";

const APART = 700;

class FaceCamera extends HTMLElement {
  connectedCallback() {
    this.start = this.querySelector("[data-start]");
    this.start.hidden = !navigator.mediaDevices?.getUserMedia;
    this.start.addEventListener("click", () => this.#open());
  }

  disconnectedCallback() {
    this.#close();
  }

  async #open() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: false });
    } catch {
      this.#tell(this.dataset.refused);
      return;
    }
    this.video = document.createElement("video");
    this.video.className = "camera__view";
    this.video.muted = this.video.playsInline = true;
    this.video.setAttribute("aria-label", this.dataset.view);
    this.video.srcObject = this.stream;
    this.start.before(this.video);
    await this.video.play();
    this.#tell(this.dataset.ready);
    const shoot = this.querySelector("[data-shoot]");
    this.start.hidden = true;
    shoot.hidden = false;
    shoot.focus();
    shoot.addEventListener("click", () => this.#shoot(shoot));
  }

  async #shoot(button) {
    button.disabled = true;
    const files = new DataTransfer();
    files.items.add(await this.#picture("1.jpg"));
    await new Promise((done) => setTimeout(done, APART));
    files.items.add(await this.#picture("2.jpg"));
    this.#close();
    const field = this.closest("form").querySelector("input[type=file]");
    field.multiple = true;
    field.files = files.files;
    this.#tell(this.dataset.sending);
    this.closest("form").requestSubmit();
  }

  async #picture(name) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.video.videoWidth, this.video.videoHeight];
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return new File([blob], name, { type: "image/jpeg" });
  }

  #close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }

  #tell(text) {
    this.querySelector("output").textContent = text;
    say(text);
  }
}

customElements.define("face-camera", FaceCamera);
