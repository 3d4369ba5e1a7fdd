/** What is remembered of one wire and its pane, bounded, and from which instant on it has changed. */
const KEPT = 4_000; // strokes
const DROPPED = 500; // at once, when there are more
const MARKS = 400;
const SAID = 400; // deliveries

export class Record {
  strokes = []; // {id, shape, kind, direction, size, from, to, grey}: ms since the epoch, in order of arrival
  spans = []; // {shape: "held" | "open" | "away", from, to}; to is null while it lasts
  marks = []; // {at, text}: faults and changes of the link
  said = new Map(); // id of a message: {sent, published, at, ms}: delivered in the pane
  byId = new Map();
  carriers = new Map(); // id of a message: the stroke that delivered it
  slack = 1_000; // ms: the longest stroke, and more
  touched = Infinity; // ms: what is drawn of any later instant may have changed

  keep(stroke) {
    this.strokes.push(stroke);
    this.byId.set(stroke.id, stroke);
    this.slack = Math.max(this.slack, 1_000 + stroke.to - stroke.from);
    this.touch(stroke.from);
    if (this.strokes.length > KEPT) this.forget();
  }

  carry(stroke) {
    for (const id of stroke.messages ?? []) {
      if (this.carriers.has(id)) continue;
      this.carriers.set(id, stroke);
      this.touch(this.said.get(id)?.published ?? Infinity);
    }
  }

  /** A message was shown in the pane. */
  deliver(id, said) {
    this.said.delete(id); // a history that begins anew counts from 1 again
    this.said.set(id, said);
    this.touch(said.sent);
    if (this.said.size > SAID) this.said.delete(this.said.keys().next().value);
  }

  mark(at, text) {
    this.marks.push({ at, text });
    this.touch(at);
    if (this.marks.length > MARKS) this.marks.shift();
  }

  /** Something lasts from now on. */
  begin(shape, from, connection = null) {
    const span = { shape, from, to: null, connection };
    this.spans.push(span);
    this.touch(from);
    return span;
  }

  /** It ends. */
  finish(span, to) {
    span.to = to;
    this.touch(to);
  }

  touch(at) {
    this.touched = Math.min(this.touched, at);
  }

  /** From which instant on something changed since this was asked; Infinity where nothing did. */
  changed() {
    const { touched } = this;
    this.touched = Infinity;
    return touched;
  }

  forget() {
    for (const { id, messages } of this.strokes.splice(0, DROPPED)) {
      this.byId.delete(id);
      for (const message of messages ?? []) this.carriers.delete(message);
    }
    const oldest = this.strokes[0].from;
    this.spans = this.spans.filter(({ to }) => to === null || to > oldest);
  }

  /** The strokes that may be seen between two instants. */
  between(from, to) {
    const first = this.first(from - this.slack);
    let last = first;
    while (last < this.strokes.length && this.strokes[last].at <= to + this.slack) last += 1;
    return this.strokes.slice(first, last);
  }

  first(at) {
    let [low, high] = [0, this.strokes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.strokes[middle].at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
