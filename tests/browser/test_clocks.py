"""Clocks: a browser whose clock is wrong shows the same latencies as any other, and none that is negative."""

import re
import time
from contextlib import contextmanager

import pytest

HOUR = 3_600_000  # ms
AWAY = 1.0  # seconds that a reader is closed
# What a wrong clock looks like to a page, before any of its scripts run.
SHIFT = """
{ const shift = %d, now = Date.now, origin = performance.timeOrigin;
  Date.now = () => now() + shift;
  Object.defineProperty(performance, "timeOrigin", { value: origin + shift }); }
"""
BOUND = 'const done = arguments[0]; import("/static/lab/clock.js").then(({ clock }) => done(clock.bound))'
SHOWN = re.compile(r"(?:(?P<value>[\d.,]+) (?P<unit>m?s) )?± (?P<bound>[\d.,]+) ms")


@contextmanager
def shifted(window, ms):
    """A block in which the clock of a window's pages is wrong by `ms`."""
    added = window.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SHIFT % ms})
    try:
        yield window
    finally:
        window.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def measured(window):
    """Wait until a page knows its clock's offset."""
    window.until(lambda: window.driver.execute_async_script(BOUND) is not None, "the clock is not measured")


def newest(window):
    """Return (latency or None, bound) that a page shows of its newest message, ms."""
    match = SHOWN.fullmatch(window.texts(".message .latency")[-1])
    value = match["value"] and float(match["value"].replace(",", "")) * (1_000 if match["unit"] == "s" else 1)
    return value, float(match["bound"].replace(",", ""))


@pytest.mark.parametrize("shift", [-2_500, 3 * HOUR, -5 * HOUR])
def test_a_clock_that_is_wrong_changes_no_latency(server, windows, technique, room, shift):
    wrong, _right = windows
    with shifted(wrong, shift):
        for window in windows:
            window.chat(server, technique, room)
            measured(window)
        for publisher, reader in (windows, reversed(windows)):
            before = time.monotonic()
            reader.one("[data-part=toggle]").click()
            reader.until_state("CLOSED 3")
            publisher.say("hi")
            publisher.until(lambda: publisher.texts(".message .text")[-1:] == ["hi"], "it does not come")  # noqa: B023
            time.sleep(AWAY)
            reader.one("[data-part=toggle]").click()
            count = len(publisher.texts(".message"))
            reader.until(lambda: len(reader.texts(".message")) == count, "it does not come")  # noqa: B023
            latency, bound = newest(reader)
            assert 1_000 * AWAY - bound - 50 <= latency, "a publisher and a page round, the latter to tenths of seconds"
            assert latency <= 1_000 * (time.monotonic() - before) + bound + 50
            own = publisher.texts(".message .latency")[-1]
            assert re.fullmatch(r"[\d.,]+ m?s", own), "within one clock nothing is corrected"


SAMPLES = """({ Clock }) => {
  const clock = new Clock();
  const at = Date.now();
  const bounds = [clock.bound];
  for (const [offset, roundTrip] of [[500, 80], [520, 20], [900, 60]]) {
    clock.accept({ at, offset, roundTrip });
    bounds.push(Math.round(clock.bound));
  }
  return [bounds.map(String), clock.offset];
}"""
LATENCIES = """({ Clock }) => {
  const clock = new Clock();
  const now = Date.now();
  const message = (sent, nonce, published = sent) => ({ sent_at: sent, nonce, published_at: published });
  const early = message(clock.now(), clock.newNonce());
  const unknown = clock.latency(message(now - 5_000, "another clock"), 0);
  clock.accept({ at: now, offset: -7_200_000, roundTrip: 40 });
  const server = now - 7_200_000;
  return {
    unknown: unknown.ms,
    early: clock.latency(early, 0).ms < 1_000,
    own: clock.latency(message(clock.now(), clock.newNonce()), 0).bound,
    below: clock.latency(message(server - 10, "another clock"), 0).ms,
    above: Math.abs(clock.latency(message(server - 2_000, "another clock"), 0).ms - 2_000) < 1_000,
    future: clock.latency(message(server + 9_000, "another clock", server - 2_000), 0).ms > 0,
    never: clock.latency(message(server + 9_000, "another clock"), 0).ms,
    before: clock.latency(message(server - 2_000, "another clock"), now - 1_000),
    without: clock.latency(message(null, "another clock"), 0),
  };
}"""


@pytest.fixture
def run(server, window):
    """Return a function that calls a JavaScript function with the module of the clock."""
    window.open(server)
    script = 'const done = arguments[0]; import("/static/lab/clock.js").then(%s).then(done, (e) => done(String(e)))'
    return lambda function: window.driver.execute_async_script(script % function)


def test_the_sample_of_the_least_round_trip_is_kept(run):
    bounds, offset = run(SAMPLES)
    assert bounds == ["Infinity", "41", "11", "11"]
    assert offset == 520


def test_a_latency_below_its_bound_is_withheld_and_none_is_negative(run):
    assert run(LATENCIES) == {
        "unknown": None,
        "early": True,
        "own": 0,
        "below": None,
        "above": True,
        "future": True,
        "never": None,
        "before": None,
        "without": None,
    }
