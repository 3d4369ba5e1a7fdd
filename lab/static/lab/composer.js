/** The form that says something: once, by one technique. */

export class Composer {
  said = new Set(); // nonces of what this page said and did not see everywhere yet

  constructor(form, publisher) {
    this.form = form;
    const { author, text } = form.elements;
    author.value = remembered() ?? interpolate(gettext("Guest %s"), [100 + Math.floor(900 * Math.random())]);
    author.onchange = () => remember(author.value);
    form.onsubmit = (event) => {
      event.preventDefault();
      this.say(publisher);
    };
    text.onkeydown = (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    };
    text.focus();
  }

  say(publisher) {
    const { author, text, by } = this.form.elements;
    if (!text.value.trim()) return;
    const panel = publisher(by?.value);
    const draft = panel.client.say(author.value, text.value);
    this.said.add(draft.nonce);
    text.value = "";
    text.focus();
    panel.showCounters();
  }

  published(title, draft) {
    if (this.said.has(draft.nonce)) this.status(interpolate(gettext("Published by %s."), [title]));
  }

  /** Say why, and give the text back. */
  refused(draft, refused) {
    const { text } = this.form.elements;
    this.said.delete(draft.nonce);
    text.value ||= draft.text;
    this.status(interpolate(gettext("Not published. %s"), [refused.message]));
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
