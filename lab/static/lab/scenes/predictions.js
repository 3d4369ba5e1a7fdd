/** The predictions of a class: answers by clicking, with a name or without, before a scene runs. */
import { element } from "../shared/dom.js";
import { isolated, labelled, list, number } from "../shared/format.js";

export class Predictions {
  answers = new Map(); // option: names of those who chose it, or ""

  constructor({ ask, question, options }) {
    this.form = ask;
    this.question = question;
    this.options = options;
    ask.onsubmit = (event) => event.preventDefault();
  }

  /** Ask the question of a scene, without any answers yet. */
  ask(scene, board) {
    this.panes = board.panes;
    const panes = scene.ofPanes?.(board) ?? [...board.panes.values()];
    this.titles = new Map([...panes.map(({ name, title }) => [name, title]), ...Object.entries(scene.options ?? {})]);
    this.answers = new Map([...this.titles.keys()].map((option) => [option, []]));
    this.question.textContent = scene.question(board);
    this.options.replaceChildren(...[...this.titles].map(([option, title]) => this.button(option, title)));
    this.form.elements.who.value = "";
  }

  button(option, title) {
    const button = element("button", "option");
    const count = element("b", "votes");
    button.type = "button";
    button.dataset.option = option;
    if (this.panes.has(option)) button.dataset.technique = option;
    button.append(element("span", "", title), count);
    button.onclick = () => {
      const { who } = this.form.elements;
      const names = this.answers.get(option);
      names.push(who.value.trim());
      who.value = "";
      const counted = ngettext("%s answer", "%s answers", names.length);
      count.textContent = interpolate(counted, [number(names.length)]);
      button.title = list(names.filter(Boolean).map(isolated));
    };
    return button;
  }

  /** Take no more answers, or take them again. */
  close(closed) {
    for (const button of this.options.children) button.disabled = closed;
  }

  /** A sentence: how many answers were right, and the names of those who gave one; "" if there are no answers. */
  verdict(winners) {
    const all = [...this.answers.values()].flat();
    if (!all.length) return "";
    const right = winners.flatMap((option) => this.answers.get(option) ?? []);
    const text = ngettext("%s of %s answer was right", "%s of %s answers were right", all.length);
    const counted = interpolate(text, [number(right.length), number(all.length)]);
    const names = right.filter(Boolean).map(isolated);
    return names.length ? labelled(counted, list(names)) : counted;
  }
}
