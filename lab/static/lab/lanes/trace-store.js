/** The recorded traffic of one wire and its pane. It is bounded, and knows from which instant on it has changed. */
const STROKES = 4_000; // kept
const DROPPED = 500; // strokes dropped at once, when there are more
const MARKS = 400; // kept
export const BUNDLE = 4; // messages in one response that are drawn as one
const TOGETHER = 50; // ms within which marks are one
const DELIVERIES = 400; // kept

export class TraceStore {
  strokes = []; // {id, shape, kind, direction, size, from, to, grey}, ms since the epoch, in order of arrival
  spans = []; // {shape: "held" | "open" | "away" | "fault", from, to}; to is null until it ends
  marks = []; // {at, text}: faults and changes of the link
  deliveries = new Map(); // id of a message: {sent, published, at, ms}
  byId = new Map(); // id of an exchange: its stroke
  carriers = new Map(); // id of a message: the stroke that delivered it
  slack = 1_000; // ms, longer than any stroke
  changedAt = Infinity; // the drawing may have changed from this instant on

  clear() {
    this.strokes = [];
    this.spans = [];
    this.marks = [];
    for (const map of [this.deliveries, this.byId, this.carriers]) map.clear();
    this.change(-Infinity);
  }

  keep(stroke) {
    this.strokes.push(stroke);
    this.byId.set(stroke.id, stroke);
    this.slack = Math.max(this.slack, 1_000 + stroke.to - stroke.from);
    this.change(stroke.from);
    if (this.strokes.length > STROKES) this.drop();
  }

  /** Remember which messages a stroke delivered first. */
  carry(stroke) {
    for (const id of stroke.messages ?? []) {
      if (this.carriers.has(id)) continue;
      this.carriers.set(id, stroke);
      const delivery = this.deliveries.get(id);
      if (!delivery) continue;
      if (stroke.messages.length >= BUNDLE) delivery.labelled = undefined; // they have one label together
      this.change(delivery.sent);
    }
  }

  /** A message was shown in the pane. */
  deliver(id, delivery) {
    this.deliveries.delete(id); // after a reset, ids begin again
    this.deliveries.set(id, delivery);
    this.change(delivery.sent);
    if (this.deliveries.size > DELIVERIES) this.deliveries.delete(this.deliveries.keys().next().value);
  }

  /** Whether a message is the last one that its response delivered; true if that is unknown. */
  isLast(id) {
    return (this.carriers.get(id)?.messages ?? [id]).at(-1) === id;
  }

  /** Whether a message was delivered in a range of time. */
  deliveredBetween(from, to) {
    return [...this.deliveries.values()].some(({ at }) => at >= from && at <= to);
  }

  mark(at, text) {
    const last = this.marks.at(-1);
    if (last && Math.abs(last.at - at) < TOGETHER) last.text = `${last.text} · ${text}`;
    else this.marks.push({ at, text });
    this.change(at);
    if (this.marks.length > MARKS) this.marks.shift();
  }

  /** Begin a span. */
  begin(shape, from, connection = null) {
    const span = { shape, from, to: null, connection };
    this.spans.push(span);
    this.change(from);
    return span;
  }

  /** End a span. */
  finish(span, to) {
    span.to = to;
    this.change(to);
  }

  change(at) {
    this.changedAt = Math.min(this.changedAt, at);
  }

  /** Return the instant from which on something changed since the last call; Infinity if nothing did. */
  takeChange() {
    const { changedAt } = this;
    this.changedAt = Infinity;
    return changedAt;
  }

  drop() {
    for (const { id, messages } of this.strokes.splice(0, DROPPED)) {
      this.byId.delete(id);
      for (const message of messages ?? []) this.carriers.delete(message);
    }
    const oldest = this.strokes[0].from;
    this.spans = this.spans.filter(({ to }) => to === null || to > oldest);
  }

  /** The stroke some steps after another. */
  adjacent(stroke, step) {
    return this.strokes[this.strokes.indexOf(stroke) + step];
  }

  /** The strokes that may be seen in a range of time. */
  between(from, to) {
    const first = this.firstSince(from - this.slack);
    let last = first;
    while (last < this.strokes.length && this.strokes[last].at <= to + this.slack) last += 1;
    return this.strokes.slice(first, last);
  }

  /** The index of the first stroke at or after an instant, by binary search. */
  firstSince(at) {
    let [low, high] = [0, this.strokes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.strokes[middle].at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
