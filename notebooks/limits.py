"""Finds the limit of a technique: more readers in every run until one fails, then sizes in between."""

import math

import pandas as pd

SERVER_FULL = 0.9  # of a core; a server pinned to one core hardly gets more
GENERATOR_FULL = 0.8  # of a core; above it a run is refused, because the generator would measure itself
OTHERS_BUSY = 0.3  # cores used by other programs, from which on a failed run is repeated
RUNS_MAX = 8  # of one technique
PULL = ("polling", "longpoll")  # their deliveries are responses to requests
NEAR = 1.25  # largest factor from the last size that succeeded to the first that failed


def find(measure, technique, first, bound_ms, runs_max=RUNS_MAX, **settings):
    """Return a data frame of the runs of one technique, in their order.

    The first run has `first` readers, and each following one twice as many, until a run fails: it is refused, or its
    p99 exceeds `bound_ms`. Then sizes between the last success and the first failure follow. `measure`: see lesson.py.
    """
    rows: list[dict] = []
    succeeded, failed, size = 0, math.inf, first
    while len(rows) < runs_max and size and failed / max(succeeded, 1) > NEAR:
        row = attempt(measure, technique, size, bound_ms, **settings)
        rows.append(row)
        if row["held"]:
            succeeded = max(succeeded, size)
        else:
            failed = min(failed, size)
        size = next_size(succeeded, failed)
    return pd.DataFrame(rows)


def next_size(succeeded, failed):
    """Return the next size: twice the successful one, half the failed one, or the middle if both are known."""
    if math.isinf(failed):
        return 2 * succeeded
    return rounded(math.sqrt(succeeded * failed)) if succeeded else failed // 2


def rounded(size):
    """Return a size rounded to two digits."""
    return int(float(f"{size:.2g}"))


def attempt(measure, technique, size, bound_ms, **settings):
    """Return the row of a run; if it failed while other programs were busy, the row of a second run."""
    for _attempt in range(2):
        settings |= {"warmup": 3.0 + size / 500}  # time for the readers to connect
        run = measure(techniques=[technique], clients=size, rooms=1, **settings).frame.iloc[0]
        row = create_row(run, technique, size, bound_ms)
        if row["held"] or run["other_cpu"] < OTHERS_BUSY:
            break
    return row


def create_row(run, technique, size, bound_ms):
    """Return the row of a run: its figures, whether it succeeded, and if not, why."""
    server, p99 = run["server_cpu_s"] / run["duration_s"], run["latency_ms.p99"]
    p99 = math.nan if p99 is None else p99  # nothing was delivered
    late = not p99 <= bound_ms
    held = bool(run["valid"]) and not late
    return {
        "technique": technique,
        "readers": size,
        "p99, ms": p99,
        "server's core": server,
        "generator's core": run["generator_cpu"],
        "requests/s": run["requests"] / run["duration_s"],
        "deliveries/s": run["arrived"] / run["duration_s"],
        "lost": run["lost"],
        "held": held,
        "why not": "" if held else reason(run, p99, server, bound_ms),
    }


def reason(run, p99, server, bound_ms):
    """Return why a run failed: what was seen, and which core was full."""
    full = [
        name
        for name, share, most in (("server", server, SERVER_FULL), ("generator", run["generator_cpu"], GENERATOR_FULL))
        if share >= most
    ]
    others = "other programs busy" if run["other_cpu"] >= OTHERS_BUSY else "no core full"
    cause = f"{' and '.join(full)} full" if full else others
    effect = ["nothing arrived"] if math.isnan(p99) else [f"p99 over {bound_ms:,.0f} ms"] if p99 > bound_ms else []
    return "; ".join([cause, *effect, *run["flags"]])


def table(runs):
    """Return a data frame with a row for each technique: the last success, the first failure, and its reason.

    `served/s` is what the last success served: requests for techniques that poll, deliveries for those that push.
    """
    rows = {}
    for technique, group in runs.groupby("technique", sort=False):
        held, failed = group[group["held"]], group[~group["held"]]
        last = None if held.empty else held.loc[held["readers"].idxmax()]
        first = None if failed.empty else failed.loc[failed["readers"].idxmin()]
        rows[technique] = {
            "held": None if last is None else last["readers"],
            "held: p99, ms": None if last is None else last["p99, ms"],
            "served/s": None if last is None else last["requests/s" if technique in PULL else "deliveries/s"],
            "did not hold": None if first is None else first["readers"],
            "did not: p99, ms": None if first is None else first["p99, ms"],
            "why not": f"did not fail in {len(group)} runs" if first is None else first["why not"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").convert_dtypes().astype({"served/s": float})
