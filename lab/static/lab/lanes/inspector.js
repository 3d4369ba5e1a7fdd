/** A dialog that explains one exchange: each part with its value, its purpose, and the standard that defines it. */
import { PARTS, SHAPES, sentence } from "../shared/byte-kinds.js";
import { appendBreakable, button, element, partsOf, setSentence } from "../shared/dom.js";
import { duration, labelled, time } from "../shared/format.js";
import { frameHeader } from "./frame-header.js";

const SHOWN = 4_000; // characters of a text
const DUMPED = 1_024; // bytes

export class Inspector {
  constructor(dialog, control) {
    const { body, title, steps, close } = partsOf(dialog);
    this.dialog = dialog;
    this.control = control;
    this.body = body;
    this.title = title;
    this.steps = steps;
    close.onclick = () => dialog.close();
    dialog.onclick = ({ target }) => target === dialog && dialog.close();
    dialog.onkeydown = ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step) this.go(step);
    };
  }

  /** Show a stroke of a row's lane. */
  async open(stroke, row) {
    this.stroke = stroke;
    this.row = row;
    this.dialog.dataset.technique = row.pane.name;
    this.title.textContent = labelled(row.pane.title, sentence(stroke));
    this.showSteps();
    if (!this.dialog.open) this.dialog.showModal();
    this.body.replaceChildren();
    /** @type {HTMLElement[]} */
    const blocks = [facts(stroke)];
    try {
      const exchange = await this.control.exchange(stroke.id);
      blocks.push(...explain(exchange));
    } catch (error) {
      blocks.push(element("p", "notice", error.message));
    }
    if (this.stroke === stroke) this.body.replaceChildren(...blocks); // else another was chosen meanwhile
    this.body.scrollTop = 0;
  }

  go(step) {
    const next = this.row.trace.adjacent(this.stroke, step);
    if (next) this.open(next, this.row);
  }

  showSteps() {
    const steps = [
      button("", gettext("← before"), () => this.go(-1)),
      button("", gettext("after →"), () => this.go(1)),
    ];
    const request = this.row.trace.byId.get(this.stroke.answers);
    if (request) steps.push(button("", gettext("Its request"), () => this.open(request, this.row)));
    this.steps.replaceChildren(...steps);
  }
}

function facts({ shape, at, transit_ms: transit, connection, browser, reset }) {
  const link = interpolate(gettext("in the link %s"), [duration(transit)]);
  const texts = [SHAPES[shape], time(at), link, interpolate(gettext("connection %s"), [connection])];
  if (browser) texts.push(browser.join(":"));
  if (reset !== undefined) texts.push(reset ? gettext("reset (RST)") : gettext("closed (FIN)"));
  return element("p", "facts", texts.join(" · "));
}

/** `whole`: whether all of the exchange was kept. */
function explain({ bytes, parts, whole, size }) {
  if (!size) return [element("p", "", gettext("It has no bytes of its own, only TCP packets."))];
  const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  const blocks = [];
  if (parts.some((part) => part.bits)) blocks.push(frameHeader(raw, parts));
  else blocks.push(heading(gettext("As text")), code("raw", new TextDecoder().decode(raw)));
  blocks.push(heading(gettext("Part by part")), partsTable(parts));
  blocks.push(heading(gettext("Byte by byte")), code("hex", hexDump(raw)));
  if (!whole) blocks.push(element("p", "notice", gettext("Only its beginning was kept.")));
  return blocks;
}

function partsTable(parts) {
  const created = element("table", "parts");
  const head = element("tr", "");
  const offset = gettext("offset"); // of the first byte and the last
  const names = [gettext("part"), offset, gettext("value"), gettext("what it is for"), gettext("standard")];
  head.append(...names.map((name) => element("th", "", name)));
  created.append(head);
  for (const { name, bytes: [begin, end], value, explains, rfc } of parts) {
    const row = element("tr", "");
    const place = element("td", "place", end - begin === 1 ? String(begin) : `${begin}–${end - 1}`);
    place.dataset.of = offset;
    row.append(element("th", "", PARTS[name] ?? name), place);
    row.append(appendBreakable(element("td", "value"), shortened(String(value))));
    row.append(setSentence(element("td", "why"), gettext(explains)), element("td", "rfc", rfc));
    created.append(row);
  }
  return created;
}

function heading(text) {
  return element("h3", "", text);
}

function code(className, text) {
  const created = appendBreakable(element("pre", className), shortened(text));
  created.tabIndex = 0;
  return created;
}

function shortened(text) {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}

/** Sixteen bytes a line: their offset, in hexadecimal, and as text. */
function hexDump(raw) {
  const lines = [];
  for (let offset = 0; offset < Math.min(raw.length, DUMPED); offset += 16) {
    const row = [...raw.subarray(offset, offset + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(48);
    const letters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${offset.toString(16).padStart(4, "0")}  ${digits} ${letters}`);
  }
  return lines.join("\n");
}
