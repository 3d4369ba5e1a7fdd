/** The form that says something: once, by one technique. */

export class Composer {
  said = new Set(); // nonces of what this page said and did not see everywhere yet

  /** `publish(text, {author, by})` returns the draft. */
  constructor(form, publish) {
    this.form = form;
    const { author, text } = form.elements;
    author.value = remembered() ?? interpolate(gettext("Guest %s"), [100 + Math.floor(900 * Math.random())]);
    author.onchange = () => remember(author.value);
    form.onsubmit = (event) => {
      event.preventDefault();
      this.say(publish);
    };
    text.onkeydown = (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.querySelector(".primary").click(); // not requestSubmit, which Safari has since 16
    };
    text.focus();
  }

  say(publish) {
    const { author, text, by } = this.form.elements;
    if (!text.value.trim()) return;
    const { nonce } = publish(text.value, { author: author.value, by: by?.value });
    this.said.add(nonce);
    text.value = "";
    text.focus();
  }

  published(title, nonce) {
    if (this.said.has(nonce)) this.status(interpolate(gettext("Published by %s."), [title]));
  }

  /** Say why, and give the text back, after what was typed since. */
  refused({ nonce, text: typed, sentence }) {
    if (!this.said.delete(nonce)) return;
    const { text: field } = this.form.elements;
    const { length } = field.value;
    if (length) field.setRangeText(`\n${typed}`, length, length, "preserve");
    else field.value = typed;
    this.status(interpolate(gettext("Not published. %s"), [sentence]));
  }

  status(text) {
    this.form.querySelector("[role=status]").textContent = text;
  }
}

function remembered() {
  try {
    return localStorage.getItem("author");
  } catch {
    return null; // storage is denied to this page
  }
}

function remember(author) {
  try {
    localStorage.setItem("author", author);
  } catch {
    // it is asked for again next time
  }
}
