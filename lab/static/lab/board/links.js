/** The link of each pane or of all: profiles, and figures of one's own. */
import { digits } from "../shared/units.js";
import { about, list } from "../shared/format.js";

const KB = 1_000; // bytes: rates are shown in kB/s
const FIGURES = { delay_ms: 1, jitter_ms: 1, rate_up: KB, rate_down: KB };

export function offer(board, { link: form, linked, gist }) {
  const { of, profile } = form.elements;
  const { wire } = board;
  let writing = false; // figures of one's own that are not set yet

  async function set(fields) {
    try {
      await wire.link(of.value, fields);
      linked.textContent = "";
    } catch ({ message }) {
      linked.textContent = message;
    }
    writing = false;
    show();
  }

  /** Show the figures of the wire chosen; of all of them the first one's. */
  function show() {
    const chosen = of.value === "all" ? wire.state?.wires[0] : board.wired(of.value);
    if (!chosen || writing) return;
    profile.value = chosen.link.profile ?? "";
    for (const [name, scale] of Object.entries(FIGURES)) form.elements[name].value = chosen.link[name] / scale;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const own = Object.entries(FIGURES).map(([name, scale]) => [name, scale * (form.elements[name].valueAsNumber || 0)]);
    profile.value = "";
    set(Object.fromEntries(own));
  };
  form.oninput = ({ target }) => (writing ||= target.name in FIGURES);
  profile.onchange = () => profile.value && set({ profile: profile.value });
  of.onchange = () => {
    writing = false;
    show();
  };
  wire.addEventListener("state", ({ detail }) => {
    if (profile.length === 1) profile.append(...Object.keys(detail.profiles).map((name) => new Option(profileTitle(name), name)));
    show();
    put(gist, board.wire.state.wires.some(unusual) ? overview(board) : "");
  });
}

/** What is not as it is at the start, pane by pane: one line for the head of the controls. */
function overview(board) {
  const wires = board.wire.state.wires.filter(unusual);
  const told = wires.map(({ link, fault }) => list([linkTitle(link), faultTitle(fault)].filter(Boolean)));
  if (wires.length === board.panes.size && new Set(told).size === 1) return about(gettext("all panes"), told[0]);
  return wires.map(({ name }, place) => about(board.panes.get(name)?.title ?? name, told[place])).join(" · ");
}

const unusual = ({ link, fault }) => Boolean(linkTitle(link) || faultTitle(fault));

function linkTitle({ profile, delay_ms: delay, rate_down: rate }) {
  if (profile) return profile === "local" ? "" : profileTitle(profile);
  const slow = rate ? [interpolate(gettext("%s kB/s"), [digits(rate / KB)])] : [];
  return list([interpolate(gettext("%s ms"), [digits(delay)]), ...slow]);
}

/** A fault in the page's language; nothing where there is none. */
export function faultTitle({ fault }) {
  return fault === "none" ? "" : FAULTS[fault] ?? fault;
}

const FAULTS = {
  freeze: gettext("frozen"),
  refuse: gettext("refusing"),
  trickle: gettext("trickling"),
  cut_every: gettext("cut again and again"),
};
const PROFILES = { local: gettext("local"), satellite: gettext("satellite"), "the classroom": gettext("the classroom") };

/** Profiles that are a word have it in the page's language; those that are a name keep it. */
export function profileTitle(name) {
  return PROFILES[name] ?? name;
}

function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
