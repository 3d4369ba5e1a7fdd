/** What the class expects: answers by clicking, with a name or without, before anything is revealed. */
import { about, element, isolated, list, number } from "../shared/format.js";

export class Predictions {
  answers = new Map(); // option: [name or ""]

  constructor({ ask, question, options }) {
    Object.assign(this, { form: ask, question, options });
    ask.onsubmit = (event) => event.preventDefault();
  }

  /** Ask a scene's question anew. */
  ask(scene, board) {
    this.panes = board.panes;
    const panes = scene.ofPanes?.(board) ?? [...board.panes.values()];
    this.titles = new Map([...panes.map(({ name, title }) => [name, title]), ...Object.entries(scene.options ?? {})]);
    this.answers = new Map([...this.titles.keys()].map((name) => [name, []]));
    this.question.textContent = scene.question(board);
    this.options.replaceChildren(...[...this.titles].map(([name, title]) => this.button(name, title)));
    this.form.elements.who.value = "";
  }

  button(name, title) {
    const button = element("button", "option", "");
    const count = element("b", "votes");
    button.type = "button";
    button.dataset.option = name;
    if (this.panes.has(name)) button.dataset.technique = name;
    button.append(element("span", "", title), count);
    button.onclick = () => {
      const { who } = this.form.elements;
      const answers = this.answers.get(name);
      answers.push(who.value.trim());
      who.value = "";
      const words = ngettext("%s answer", "%s answers", answers.length);
      count.textContent = interpolate(words, [number(answers.length)]);
      button.title = list(answers.filter(Boolean).map(isolated));
    };
    return button;
  }

  /** Take no more answers, or take them again. */
  close(closed) {
    for (const button of this.options.children) button.disabled = closed;
  }

  /** Say in a sentence how many were right, and who of those with a name. */
  verdict(right) {
    const all = [...this.answers.values()].flat();
    if (!all.length) return "";
    const winners = right.flatMap((name) => this.answers.get(name) ?? []);
    const words = ngettext("%s of %s answer was right", "%s of %s answers were right", all.length);
    const counted = interpolate(words, [number(winners.length), number(all.length)]);
    const named = winners.filter(Boolean).map(isolated);
    return named.length ? about(counted, list(named)) : counted;
  }
}
