/**
 * <one-time-code> around a form with one field for a code: where the phone may read the message
 * (WebOTP) the code is filled in. The person still presses the button.
 */
class OneTimeCode extends HTMLElement {
  async connectedCallback() {
    const field = this.querySelector("[autocomplete=one-time-code]");
    if (!("OTPCredential" in window) || !field) return;
    this.stop = new AbortController();
    this.querySelector("form").addEventListener("submit", () => this.stop.abort());
    try {
      const found = await navigator.credentials.get({ otp: { transport: ["sms"] }, signal: this.stop.signal });
      if (found && !field.value) field.value = found.code;
    } catch {
      // the person typed it, or the phone has no such message
    }
  }

  disconnectedCallback() {
    this.stop?.abort();
  }
}

customElements.define("one-time-code", OneTimeCode);
