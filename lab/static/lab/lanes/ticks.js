/** The ticks of the time axis: {at, text}, at ms since the epoch. */
import { digits } from "../shared/format.js";

const STEPS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000]; // ms between ticks
const TICKS = 12; // at most

const stepOf = (from, to) => STEPS.find((step) => (to - from) / step <= TICKS) ?? STEPS.at(-1);
const seconds = (ms) => interpolate(gettext("%s s"), [digits(ms / 1_000)]);

/** Ticks that stand still while the picture moves: seconds before the present, which is `to`. */
export function ticksUntilNow(from, to) {
  const step = stepOf(from, to);
  const count = Math.floor((to - from) / step);
  const text = (index) => (index ? interpolate(gettext("%s ago"), [seconds(index * step)]) : gettext("now"));
  return Array.from({ length: count + 1 }, (_, index) => ({ at: to - index * step, text: text(index) })).reverse();
}

/** Ticks that count from the begin of the range. */
export function ticksSince(from, to) {
  const step = stepOf(from, to);
  const count = Math.floor((to - from) / step);
  return Array.from({ length: count + 1 }, (_, index) => ({ at: from + index * step, text: seconds(index * step) }));
}

/** Ticks at whole multiples of the step, with minutes and seconds of the hour. */
export function clockTicks(from, to) {
  const step = stepOf(from, to);
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  const times = Array.from({ length: count }, (_, index) => (first + index) * step);
  return times.map((at) => ({ at, text: clock(at, step) }));
}

/** Minutes and seconds of the hour, with tenths if the ticks are that close. */
function clock(at, step) {
  const whole = Math.floor(at / 1_000) % 60;
  const minutes = Math.floor(at / 60_000) % 60;
  const text = `${String(minutes).padStart(2, "0")}:${String(whole).padStart(2, "0")}`;
  return step < 1_000 ? `${text}.${Math.floor(at / 100) % 10}` : text;
}
