/** The form that sets the link of one pane or of all: a profile, or numbers. */
import { setText } from "../shared/dom.js";
import { digits, labelled, list } from "../shared/format.js";
import { faultTitle, profileTitle } from "../shared/link-names.js";

const KB = 1_000; // bytes: rates are shown in kB/s
const NUMBERS = { delay_ms: 1, jitter_ms: 1, rate_up: KB, rate_down: KB }; // field: its scale

export function start(board, { link: form, linked, gist }) {
  const { of, profile } = form.elements;
  const { control } = board;
  let editing = false; // numbers that are not set yet

  async function set(link) {
    try {
      await control.setLink(of.value, link);
      linked.textContent = "";
    } catch ({ message }) {
      linked.textContent = message;
    }
    editing = false;
    show();
  }

  /** Show the link of the chosen pane; of all panes the first one's. */
  function show() {
    const wire = of.value === "all" ? control.state?.wires[0] : board.wireState(of.value);
    if (!wire || editing) return;
    profile.value = wire.link.profile ?? "";
    for (const [name, scale] of Object.entries(NUMBERS)) form.elements[name].value = wire.link[name] / scale;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const numbers = Object.entries(NUMBERS);
    profile.value = "";
    set(Object.fromEntries(numbers.map(([name, scale]) => [name, scale * (form.elements[name].valueAsNumber || 0)])));
  };
  form.oninput = ({ target }) => (editing ||= target.name in NUMBERS);
  profile.onchange = () => profile.value && set({ profile: profile.value });
  of.onchange = () => {
    editing = false;
    show();
  };
  control.addEventListener("state", ({ detail: { profiles, wires } }) => {
    const names = Object.keys(profiles);
    if (profile.length === 1) profile.append(...names.map((name) => new Option(profileTitle(name), name)));
    show();
    setText(gist, summary(board, wires));
  });
}

/** What differs from the start, pane by pane, in one line. */
function summary(board, wires) {
  const describe = ({ link, fault }) => list([linkTitle(link), faultTitle(fault)].filter(Boolean));
  const shown = wires.map((wire) => [wire.name, describe(wire)]).filter(([, text]) => text);
  if (shown.length === board.panes.size && new Set(shown.map(([, text]) => text)).size === 1) {
    return labelled(gettext("all panes"), shown[0][1]);
  }
  return shown.map(([name, text]) => labelled(board.panes.get(name)?.title ?? name, text)).join(" · ");
}

function linkTitle({ profile, delay_ms: delay, rate_down: rate }) {
  if (profile) return profile === "local" ? "" : profileTitle(profile);
  const limit = rate ? [interpolate(gettext("%s kB/s"), [digits(rate / KB)])] : [];
  return list([interpolate(gettext("%s ms"), [digits(delay)]), ...limit]);
}
