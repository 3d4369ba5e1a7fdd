/** The form that publishes messages. */

export class Composer {
  pending = new Set(); // nonces of messages that were typed here and are not yet delivered everywhere

  /** `publish(text, {author, by})` returns the draft. */
  constructor(form, publish) {
    this.form = form;
    const { author, text } = form.elements;
    author.value = storedAuthor() ?? interpolate(gettext("Guest %s"), [100 + Math.floor(900 * Math.random())]);
    author.onchange = () => storeAuthor(author.value);
    form.onsubmit = (event) => {
      event.preventDefault();
      this.submit(publish);
    };
    text.onkeydown = (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.querySelector(".primary").click(); // not requestSubmit, which is missing in Safari 15
    };
    text.focus();
  }

  submit(publish) {
    const { author, text, by } = this.form.elements;
    if (!text.value.trim()) return;
    const { nonce } = publish(text.value, { author: author.value, by: by?.value });
    this.pending.add(nonce);
    text.value = "";
    text.focus();
  }

  published(title, nonce) {
    if (this.pending.has(nonce)) this.showStatus(interpolate(gettext("Published by %s."), [title]));
  }

  /** Show why a message was refused, and put its text back into the field, after newer text. */
  refused({ nonce, text: refused, sentence }) {
    if (!this.pending.delete(nonce)) return;
    const { text } = this.form.elements;
    const { length } = text.value;
    if (length) text.setRangeText(`\n${refused}`, length, length, "preserve");
    else text.value = refused;
    this.showStatus(interpolate(gettext("Not published. %s"), [sentence]));
  }

  showStatus(text) {
    this.form.querySelector("[role=status]").textContent = text;
  }
}

function storedAuthor() {
  try {
    return localStorage.getItem("author");
  } catch {
    return null; // the browser denies storage to this page
  }
}

function storeAuthor(author) {
  try {
    localStorage.setItem("author", author);
  } catch {
    // not kept for the next visit
  }
}
