/** What passed, taken apart: every part with its value, what it is for, and the standard that says so. */
import { bits } from "./frame-header.js";
import { SHAPES, button, sentence, time } from "../shared/byte-kinds.js";
import { PARTS } from "../shared/server-messages.js";
import { about, breakable, duration, element, marked } from "../shared/format.js";

const SHOWN = 4_000; // characters of a text

export class Inspector {
  /** `around(stroke, step)` returns a neighbour, and the stroke of an id where `step` is one. */
  constructor(dialog, wire, around) {
    Object.assign(this, { dialog, wire, around });
    this.body = dialog.querySelector("[data-part=body]");
    this.title = dialog.querySelector("[data-part=title]");
    this.steps = dialog.querySelector("[data-part=steps]");
    dialog.querySelector("[data-part=close]").onclick = () => dialog.close();
    dialog.onclick = ({ target }) => target === dialog && dialog.close();
    dialog.onkeydown = ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step) this.go(step);
    };
  }

  async open(stroke, pane) {
    this.stroke = stroke;
    this.pane = pane;
    this.dialog.dataset.technique = pane.name;
    this.title.textContent = about(pane.title, sentence(stroke));
    this.showSteps();
    if (!this.dialog.open) this.dialog.showModal();
    this.body.replaceChildren();
    const blocks = [this.facts(stroke)];
    try {
      const exchange = await this.wire.exchange(stroke.id);
      if (this.stroke !== stroke) return; // another was chosen meanwhile
      blocks.push(...this.taken(exchange));
    } catch (error) {
      blocks.push(element("p", "notice", error.message));
    }
    if (this.stroke === stroke) this.body.replaceChildren(...blocks);
    this.body.scrollTop = 0;
  }

  go(step) {
    const next = this.around(this.stroke, step, this.pane);
    if (next) this.open(next, this.pane);
  }

  showSteps() {
    const { answers } = this.stroke;
    const steps = [
      button("", gettext("← before"), () => this.go(-1)),
      button("", gettext("after →"), () => this.go(1)),
    ];
    const asked = answers !== null && this.around(this.stroke, { id: answers }, this.pane);
    if (asked) steps.push(button("", gettext("What it answers"), () => this.open(asked, this.pane)));
    this.steps.replaceChildren(...steps);
  }

  facts({ shape, at, transit_ms: transit, connection, browser, reset }) {
    const link = interpolate(gettext("in the link %s"), [duration(transit)]);
    const words = [SHAPES[shape], time(at), link, interpolate(gettext("connection %s"), [connection])];
    if (browser) words.push(browser.join(":"));
    if (reset !== undefined) words.push(reset ? gettext("ended by RST") : gettext("ended by FIN"));
    return element("p", "facts", words.join(" · "));
  }

  taken({ bytes, parts, whole, size, kind }) {
    if (!size) return [element("p", "", gettext("It has no bytes of its own: TCP's packets alone."))];
    const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const blocks = [];
    if (parts.some((part) => part.bits)) blocks.push(bits(raw, parts));
    else blocks.push(heading(gettext("As it stood")), text("raw", new TextDecoder().decode(raw)));
    blocks.push(heading(gettext("Part by part")), table(parts));
    blocks.push(heading(gettext("Byte by byte")), text("hex", hex(raw)));
    if (!whole) blocks.push(element("p", "notice", gettext("Only its beginning was kept.")));
    return blocks;
  }
}

function table(parts) {
  const made = element("table", "parts");
  const head = element("tr", "");
  const offset = gettext("offset"); // of the first byte and the last
  const names = [gettext("part"), offset, gettext("value"), gettext("what it is for"), gettext("standard")];
  head.append(...names.map((name) => element("th", "", name)));
  made.append(head);
  for (const { name, bytes: [begin, end], value, explains, rfc } of parts) {
    const row = element("tr", "");
    const place = end - begin === 1 ? String(begin) : `${begin}–${end - 1}`;
    const at = element("td", "place", place);
    at.dataset.of = offset;
    row.append(element("th", "", PARTS[name] ?? name), at, breakable(element("td", "value"), cut(String(value))));
    row.append(marked(element("td", "why"), gettext(explains)), element("td", "rfc", rfc));
    made.append(row);
  }
  return made;
}

function heading(words) {
  return element("h3", "", words);
}

function text(className, words) {
  const made = breakable(element("pre", className), cut(words));
  made.tabIndex = 0;
  return made;
}

function cut(words) {
  return words.length > SHOWN ? `${words.slice(0, SHOWN)} …` : words;
}

/** Sixteen bytes a line: where, in hexadecimal, and as text. */
function hex(raw) {
  const lines = [];
  for (let place = 0; place < Math.min(raw.length, 1_024); place += 16) {
    const row = [...raw.subarray(place, place + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(48);
    const letters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${place.toString(16).padStart(4, "0")}  ${digits} ${letters}`);
  }
  return lines.join("\n");
}
