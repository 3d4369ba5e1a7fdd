"""What the number of requests may owe to the clients' and the server's own time."""

import math

from benchmarks.analysis import prediction
from benchmarks.analysis.metrics import arrived, client_seconds, dig, ratio
from benchmarks.analysis.style import number
from benchmarks.findings.reasons.latency import SIGMAS
from benchmarks.model import model


def reasons(row):
    """Yield what the number of requests may owe to the clients' and the server's own time."""
    runs, settings = row.series, row.comparison.settings
    seconds, readers = runs.by_run(client_seconds).median, runs.by_run(lambda run: dig(run, "clients")).median
    off = row.excess * (seconds or 0)  # requests of all readers in a window
    back = runs.by_run(lambda run: dig(run, "reconnects")).median or 0
    away = runs.by_run(lambda run: dig(run, "reconnect", "back_ms", "mean")).median or 0.0
    if 0 < off <= back:
        yield f"readers came back {back:,.0f} times, and asked anew"
    if 0 < -off <= row.predicted * back * away / 1000:
        yield f"readers were cut off, for {number(away, 2)} ms in the mean, and asked nothing meanwhile"
    if runs.technique == "longpoll":
        yield from sharing(row)
    elif abs(off) <= SIGMAS * 0.5 * math.sqrt(readers or 1):
        yield "the first poll of each reader comes at a random phase, which a short window does not even out"
    elif off < 0 and settings.get("pacing") != "pause" and slowest(row) > 1000 * (settings.get("interval") or 1.0):
        yield f"a poll waits for the answer before it, which a round trip of {number(slowest(row), 2)} ms makes late"


def slowest(row):
    """Return how long, in ms, a poll takes at least: the link there and back, and the server's computing."""
    p = prediction.parameters(row.comparison, row.series)
    return 1000 * p.gap


def sharing(row):
    """Yield how many messages shared an answer of long polling, where fewer requests come of that."""
    full = row.series.by_run(lambda run: ratio(arrived(run), filled(run))).median
    p = prediction.parameters(row.comparison, row.series)
    answers = row.predicted * (1 - model.empty_share("longpoll", p))
    if row.difference < 0 and full and answers and full > p.rate / answers:
        yield (
            f"{number(full, 2)} messages share an answer, where the model has {number(p.rate / answers, 2)}: the gap "
            "between two requests is longer than link and server make it"
        )


def filled(run):
    """Return how many answers of a run brought a message."""
    empty, asked = dig(run, "empty_responses"), dig(run, "requests")
    return None if None in (empty, asked) else asked - empty
