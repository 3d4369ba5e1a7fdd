"""Modules of the pages by themselves, in a real browser: what they compute, and that what they keep is bounded."""

import itertools

import pytest

from benchmarks import model
from benchmarks.model.parameters import Parameters
from lab.pages.margin import MARGIN

MANNERS = {"polling": "asks", "longpoll": "holds", "websocket": "pushes"}
SECONDS = 60
HEADS, MESSAGE, FRAMING = 400, 100, 2  # bytes
FLOOD = 10_000  # of whatever comes


@pytest.fixture
def run(server, window):
    """Return a function that calls a JavaScript function with a module of the lab's and further arguments."""
    window.open(server)

    def run(name, function, *arguments):
        script = f"""const [done, ...given] = [[...arguments].at(-1), ...[...arguments].slice(0, -1)];
            import("/static/lab/{name}.js").then((module) => ({function})(module, ...given))
              .then(done, (error) => done(String(error)))"""
        return window.driver.execute_async_script(script, *arguments)

    return run


@pytest.mark.parametrize("technique", MANNERS)
def test_the_pages_model_is_the_reports(run, technique):
    """Both write the model of the measurements down, in two languages: they agree over a grid."""
    grid = [
        {"delay": delay, "interval": interval, "hold": hold, "rate": rate}
        for delay, interval, hold, rate in itertools.product((0, 0.025, 0.28), (0.6, 1, 5), (2, 25), (0.2, 3, 20))
    ]
    framing = FRAMING if MANNERS[technique] == "pushes" else 0
    counted = {
        "kinds": {"headers": HEADS, "idle": 0, "framing": framing},
        "requests": 1,
        "messages": 1,
        "payloadDown": MESSAGE,
    }
    each = "({ expected }, grid, seconds, ...pane) => grid.map((one) => expected(...pane, { ...one, seconds }))"
    found = run("scenes/model", each, grid, SECONDS, counted, MANNERS[technique])
    assert len(found) == len(grid)
    for given, one in zip(grid, found, strict=True):
        p = Parameters(**given, turnaround=0.004, headers=HEADS, empty=0, message=MESSAGE)
        assert one["mean"] == pytest.approx(1_000 * model.mean(technique, p)), given
        assert one["most"] == pytest.approx(1_000 * model.maximum(technique, p)), given
        assert one["mean"] <= one["most"]
        assert one["requests"] == pytest.approx(SECONDS * model.requests(technique, p)), given
        assert one["bytes"] == pytest.approx(SECONDS * (model.payload(technique, p) - idle(technique, p)[0])), given
        assert one["ip"] == pytest.approx(SECONDS * (model.ip(technique, p) - sum(idle(technique, p)))), given


def idle(technique, p):
    """Return the bytes a second of what only keeps a connection alive, and of its packets: the page leaves them out."""
    kept = [(one, one.rate(p)) for one in getattr(model.MODELS[technique], "idle", ())]
    size = sum((one.down + one.up) * rate for one, rate in kept)
    return size, model.PACKET * sum((one.packets_down + one.packets_up) * rate for one, rate in kept)


@pytest.mark.parametrize(("figures", "slack", "most", "least"), [
    ([100, 105, 300, None], 0, ["2"], ["0", "1"]),
    ([100, 111, 300, 280], 0, ["2", "3"], ["0"]),
    ([100, 111, 300, 200], 11, ["2"], ["0", "1"]),
    ([0, 0, 1, 1], 0, ["2", "3"], ["0", "1"]),
])  # fmt: skip
def test_a_scene_names_nobody_alone_who_ties(run, figures, slack, most, least):
    """A difference is named from the ratio on that lab/pages/margin.py has for reports and advice too."""
    script = """({ most, least }, figures, slack, margin) => {
        document.body.dataset.margin = margin;
        const panes = figures.map((value, place) => ({ name: String(place), value }));
        return [most, least].map((of) => of({ panes }, ({ value }) => value, slack));
      }"""
    assert run("scenes/scoring", script, figures, slack, str(MARGIN)) == [most, least]


def test_a_lane_remembers_a_bounded_part_of_what_passed(run):
    flood = """({ Track }, count) => {
        const track = new Track();
        track.since = 0;
        for (let id = 1; id <= count; id += 1) {
          const exchange = { id, at: id, connection: id, transit_ms: 0, size: 9, messages: [id], answers: null };
          track.add({ ...exchange, kind: "request", direction: "up" });
          track.add({ ...exchange, id: id + count, kind: "answer", direction: "down", answers: id });
          track.deliver(id, { sent: id, published: id, at: id, ms: 1 });
          track.mark(id, "a mark");
        }
        const { strokes, spans, marks, ...maps } = track;
        const sizes = Object.values(maps).map((each) => each?.size).filter((size) => size !== undefined);
        return [strokes.length, spans.length, marks.length, ...sizes];
      }"""
    kept = run("lanes/trace", flood, FLOOD)
    assert len(kept) == 3 + 6
    assert all(each <= FLOOD / 2 for each in kept), kept
    assert kept[0] > 100


def test_a_lane_keeps_pictures_of_what_is_in_view_only(run):
    scroll = """({ Tape }, count) => {
        let drawn = 0;
        const tape = new Tape(() => (drawn += 1));
        const context = Object.assign(document.createElement("canvas"), { width: 960, height: 50 }).getContext("2d");
        for (let at = 0; at < count; at += 10) tape.show(context, { from: at, span: 1_000 });
        const scrolled = drawn;
        tape.show(context, { from: count - 10, span: 1_000 });
        const again = drawn - scrolled;
        tape.forget(count + 900);
        tape.show(context, { from: count - 10, span: 1_000 });
        return [tape.pictures.size, scrolled, again, drawn - scrolled];
      }"""
    kept, scrolled, again, anew = run("lanes/tiles", scroll, FLOOD)
    assert kept <= 960 / 96 + 1
    assert scrolled <= (FLOOD + 1_000) / 100 + 1, "a picture is drawn once"
    assert again == 0
    assert 1 <= anew <= 3, "what changed is drawn anew, and no more"


def test_dots_are_used_again(run):
    flood = """({ Strip }, count) => {
        const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        const strip = new Strip(svg);
        const size = () => svg.querySelectorAll("*").length;
        const sizes = [];
        for (let number = 0; number < count; number += 1) {
          strip.add(number);
          strip.show();
          if (number === 100) sizes.push(size());
        }
        return [...sizes, size()];
      }"""
    early, late = run("chat/latency-dots", flood, FLOOD)
    assert early == late


def test_what_is_done_seldom_is_done_at_once_and_its_last_call_never_forgotten(run):
    often = """async ({ seldom }) => {
        const seen = [];
        let value = 0;
        const tell = seldom(() => seen.push(value), 50);
        for (value = 1; value < 100; value += 1) tell();
        value = 100;
        tell();
        while (seen.at(-1) !== 100) await new Promise((later) => setTimeout(later, 5));
        return seen;
      }"""
    assert run("shared/throttle", often) == [1, 100]
