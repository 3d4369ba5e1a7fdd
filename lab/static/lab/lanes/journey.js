/** The journey of one message in one lane, from what was recorded: where it was when, and what happened then. */
import { duration } from "../shared/format.js";

const AT_ONCE = 5; // ms: a shorter wait is none

/**
 * Return {steps: [{at, text}], points: [{at, side}], from, to}, ms since the epoch, in the order of time; null if the
 * lane has not delivered the message, or no longer knows how.
 */
export function journeyOf(trace, id) {
  const delivery = trace.deliveries.get(id);
  const carrier = trace.carriers.get(id);
  if (!delivery || !carrier) return null;
  const { sent, at, ms } = delivery;
  const published = Math.min(Math.max(sent, delivery.published), carrier.from);
  const request = trace.byId.get(carrier.answers);
  const waits = carrier.from - published;
  const steps = [
    ...emptyPolls(trace, sent, published, carrier.from),
    { at: sent, text: gettext("published: on its way to the server") },
    { at: published, text: atServer(request, published, waits) },
    ...(request && request.from > published ? [{ at: request.from, text: gettext("asks again") }] : []),
    { at: carrier.from, text: leaving(request, published) },
    { at: Math.max(at, carrier.to), text: interpolate(gettext("shown after %s"), [duration(ms)]) },
  ];
  const points = [
    { at: sent, side: "down" },
    { at: published, side: "up" },
    { at: carrier.from, side: "up" },
    { at: carrier.to, side: "down" },
  ];
  return { steps: steps.sort((a, b) => a.at - b.at), points, from: sent, to: Math.max(at, carrier.to) };
}

function atServer(request, published, waits) {
  if (request && request.to <= published) return gettext("a request is already held");
  if (waits < AT_ONCE) return gettext("at the server");
  return interpolate(gettext("the message waits %s"), [duration(waits)]);
}

function leaving(request, published) {
  if (!request) return gettext("pushed");
  return request.to <= published ? gettext("already held: leaves at once") : gettext("leaves with the response");
}

/** The polls that came back empty while the message was on its way or at the server. */
function emptyPolls(trace, sent, published, left) {
  const empty = trace.between(sent, left).filter(({ shape, from }) => shape === "empty" && from >= sent && from < left);
  return empty.map(({ from }) => ({ at: from, text: gettext("asks: nothing new") }));
}
