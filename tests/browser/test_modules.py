"""Single modules of the pages, in a real browser: their results are right, and the data that they keep is bounded."""

import itertools

import pytest

from benchmarks import model
from benchmarks.model.parameters import Parameters
from lab.pages.margin import MARGIN

METHODS = {"polling": "polls", "longpoll": "holds", "sse": "pushes", "websocket": "pushes"}
SECONDS = 60
HEADERS = 400  # bytes
GRID = {
    "delay": (0, 0.025, 0.28),
    "interval": (0.6, 1, 5),
    "hold": (2, 25),
    "rate": (0.2, 3, 20),
    "message": (40, 200, 1_200),
}
FLOOD = 10_000  # messages, events or dots


@pytest.fixture
def run(server, window):
    """Return a function that calls a JavaScript function with one of the lab's modules and further arguments."""
    window.open(server)

    def run(name, function, *arguments):
        script = f"""const [done, ...given] = [[...arguments].at(-1), ...[...arguments].slice(0, -1)];
            import("/static/lab/{name}.js").then((module) => ({function})(module, ...given))
              .then(done, (error) => done(String(error)))"""
        return window.driver.execute_async_script(script, *arguments)

    return run


@pytest.mark.parametrize("technique", METHODS)
def test_the_model_in_javascript_agrees_with_the_one_in_python(run, technique):
    """The model is written in two languages: both give the same values over a grid."""
    formulas = model.MODELS[technique]
    grid = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    points = [Parameters(**given, turnaround=0.004, headers=HEADERS, empty=0) for given in grid]
    framings = [formulas.framing(p) if formulas.push else 0 for p in points]
    script = """({ expected }, grid, framings, headers, method, seconds) => grid.map((given, index) => {
        const kinds = { headers, idle: 0, framing: framings[index] };
        const measured = { kinds, requests: 1, messages: 1, payloadDown: given.message };
        return expected(measured, method, { ...given, seconds });
      })"""
    computed = run("scenes/model", script, grid, framings, HEADERS, METHODS[technique], SECONDS)
    assert len(computed) == len(grid)
    for given, p, values in zip(grid, points, computed, strict=True):
        assert values["mean"] == pytest.approx(1_000 * model.mean(technique, p)), given
        assert values["slowest"] == pytest.approx(1_000 * model.maximum(technique, p)), given
        assert values["mean"] <= values["slowest"]
        assert values["requests"] == pytest.approx(SECONDS * model.requests(technique, p)), given
        assert values["bytes"] == pytest.approx(SECONDS * (model.payload(technique, p) - idle(technique, p)[0])), given
        assert values["ip"] == pytest.approx(SECONDS * (model.ip(technique, p) - sum(idle(technique, p)))), given


def test_the_model_in_javascript_uses_jitter_only_for_the_slowest_latency(run):
    script = """({ expected }) => {
        const measured = { kinds: { headers: 0, idle: 0, framing: 0 }, requests: 0, messages: 0, payloadDown: 0 };
        const { mean, slowest } = expected(measured, "pushes", { delay: 0.2, spread: 0.05, seconds: 1 });
        return [mean, slowest];
      }"""
    assert run("scenes/model", script) == pytest.approx([200, 250])


def idle(technique, p):
    """Return the bytes per second that only keep a connection alive, with their packets: the page leaves them out."""
    kept = [(one, one.rate(p)) for one in getattr(model.MODELS[technique], "idle", ())]
    size = sum((one.down + one.up) * rate for one, rate in kept)
    return size, model.PACKET * sum((one.packets_down + one.packets_up) * rate for one, rate in kept)


@pytest.mark.parametrize(("figures", "slack", "most", "least"), [
    ([100, 105, 300, None], 0, ["2"], ["0", "1"]),
    ([100, 111, 300, 280], 0, ["2", "3"], ["0"]),
    ([100, 111, 300, 200], 11, ["2"], ["0", "1"]),
    ([0, 0, 1, 1], 0, ["2", "3"], ["0", "1"]),
])  # fmt: skip
def test_a_scene_names_all_techniques_that_tie(run, figures, slack, most, least):
    """A difference counts from the ratio in lab/pages/margin.py, as in reports and advice."""
    script = """({ most, least }, figures, slack, margin) => {
        document.body.dataset.margin = margin;
        const panes = figures.map((value, place) => ({ name: String(place), value }));
        return [most, least].map((of) => of({ panes }, ({ value }) => value, slack));
      }"""
    assert run("scenes/scoring", script, figures, slack, str(MARGIN)) == [most, least]


def test_a_lane_keeps_a_bounded_part_of_the_traffic(run):
    flood = """({ Trace }, count) => {
        const trace = new Trace();
        trace.since = 0;
        for (let id = 1; id <= count; id += 1) {
          const exchange = { id, at: id, connection: id, transit_ms: 0, size: 9, messages: [id], answers: null };
          trace.add({ ...exchange, kind: "request", direction: "up" });
          trace.add({ ...exchange, id: id + count, kind: "answer", direction: "down", answers: id });
          trace.deliver(id, { sent: id, published: id, at: id, ms: 1 });
          trace.mark(id, "a mark");
        }
        const { strokes, spans, marks, ...maps } = trace;
        const sizes = Object.values(maps).map((each) => each?.size).filter((size) => size !== undefined);
        return [strokes.length, spans.length, marks.length, ...sizes];
      }"""
    kept = run("lanes/trace", flood, FLOOD)
    assert len(kept) == 3 + 6
    assert all(each <= FLOOD / 2 for each in kept), kept
    assert kept[0] > 100


def test_a_lane_keeps_images_only_of_the_visible_part(run):
    scroll = """({ Tiles }, count) => {
        let drawn = 0;
        const tiles = new Tiles(() => (drawn += 1));
        const context = Object.assign(document.createElement("canvas"), { width: 960, height: 50 }).getContext("2d");
        for (let at = 0; at < count; at += 10) tiles.show(context, { from: at, span: 1_000 });
        const scrolled = drawn;
        tiles.show(context, { from: count - 10, span: 1_000 });
        const again = drawn - scrolled;
        tiles.forget(count + 900);
        tiles.show(context, { from: count - 10, span: 1_000 });
        return [tiles.images.size, scrolled, again, drawn - scrolled];
      }"""
    kept, scrolled, again, changed = run("lanes/tiles", scroll, FLOOD)
    assert kept <= 960 / 96 + 1
    assert scrolled <= (FLOOD + 1_000) / 100 + 1, "an image is drawn once"
    assert again == 0
    assert 1 <= changed <= 3, "only the changed parts are drawn again"


def test_dots_of_latencies_are_reused(run):
    flood = """({ LatencyDots }, count) => {
        const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        const dots = new LatencyDots(svg);
        const size = () => svg.querySelectorAll("*").length;
        const sizes = [];
        for (let number = 0; number < count; number += 1) {
          dots.add(number);
          dots.draw();
          if (number === 100) sizes.push(size());
        }
        return [...sizes, size()];
      }"""
    early, late = run("chat/latency-dots", flood, FLOOD)
    assert early == late


def test_a_throttled_task_runs_at_once_and_after_its_last_call(run):
    often = """async ({ throttle }) => {
        const seen = [];
        let value = 0;
        const note = throttle(() => seen.push(value), 50);
        for (value = 1; value < 100; value += 1) note();
        value = 100;
        note();
        while (seen.at(-1) !== 100) await new Promise((later) => setTimeout(later, 5));
        return seen;
      }"""
    assert run("shared/throttle", often) == [1, 100]
