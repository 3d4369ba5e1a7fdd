"""Where a technique breaks: more readers with every run, until one does not hold; then in between."""

import math

import pandas as pd

FULL = 0.9  # of a core: a server that is pinned to one has hardly more
GENERATOR_FULL = 0.8  # of a core: past it a run is refused, as the generator would measure itself
OTHERS = 0.3  # cores kept busy by other programs, from which on a run that did not hold is made once more
RUNS_MAX = 8  # of one technique
ASKING = ("polling", "longpoll")  # a delivery of theirs answers a request
NEAR = 1.25  # times that the first that broke may be more than the last that held


def climb(measure, technique, first, bound_ms, runs_max=RUNS_MAX, **settings):
    """Return a data frame of the runs of one technique, in their order.

    It begins with `first` readers and doubles them until a run does not hold, that is, it was refused or its p99
    passes `bound_ms`; then it looks between the last that held and the first that did not. `measure`: as in lesson.py.
    """
    rows, held, broken, size = [], 0, math.inf, first
    while len(rows) < runs_max and size and broken / max(held, 1) > NEAR:
        row = attempt(measure, technique, size, bound_ms, **settings)
        rows.append(row)
        if row["held"]:
            held = max(held, size)
        else:
            broken = min(broken, size)
        size = between(held, broken)
    return pd.DataFrame(rows)


def between(held, broken):
    """Return the next size to try: twice what held, half of what broke, or, where both are known, the middle."""
    if math.isinf(broken):
        return 2 * held
    return rounded(math.sqrt(held * broken)) if held else broken // 2


def rounded(size):
    """Return a size to two digits."""
    return int(float(f"{size:.2g}"))


def attempt(measure, technique, size, bound_ms, **settings):
    """Return the row of one run; where it did not hold, and other programs were busy, of a second one."""
    for _attempt in range(2):
        settings |= {"warmup": 3.0 + size / 500}  # so long do the readers take to come
        run = measure(techniques=[technique], clients=size, rooms=1, **settings).frame.iloc[0]
        row = judged(run, technique, size, bound_ms)
        if row["held"] or run["other_cpu"] < OTHERS:
            break
    return row


def judged(run, technique, size, bound_ms):
    """Return what a run says: whether it held, and why not."""
    server, p99 = run["server_cpu_s"] / run["duration_s"], run["latency_ms.p99"]
    p99 = math.nan if p99 is None else p99  # nothing came, not even late
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
        "why not": "" if held else why(run, p99, server, bound_ms),
    }


def why(run, p99, server, bound_ms):
    """Return in words why a run did not hold: what was seen, and which core was full."""
    full = [
        name
        for name, share, most in (("server", server, FULL), ("generator", run["generator_cpu"], GENERATOR_FULL))
        if share >= most
    ]
    others = "other programs busy" if run["other_cpu"] >= OTHERS else "no core full"
    cause = f"{' and '.join(full)} full" if full else others
    seen = ["nothing arrived"] if math.isnan(p99) else [f"p99 over {bound_ms:,.0f} ms"] if p99 > bound_ms else []
    return "; ".join([cause, *seen, *run["flags"]])


def ends(climbs):
    """Return a data frame of one row a technique: the last run that held, the first that did not, and why not.

    `served/s` is what it served in the last that held: requests where readers ask, deliveries where they are pushed.
    """
    rows = {}
    for technique, runs in climbs.groupby("technique", sort=False):
        held, broken = runs[runs["held"]], runs[~runs["held"]]
        last = None if held.empty else held.loc[held["readers"].idxmax()]
        first = None if broken.empty else broken.loc[broken["readers"].idxmin()]
        rows[technique] = {
            "held": None if last is None else last["readers"],
            "held: p99, ms": None if last is None else last["p99, ms"],
            "served/s": None if last is None else last["requests/s" if technique in ASKING else "deliveries/s"],
            "did not hold": None if first is None else first["readers"],
            "did not: p99, ms": None if first is None else first["p99, ms"],
            "why not": f"not driven so far as to break in {len(runs)} runs" if first is None else first["why not"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").convert_dtypes().astype({"served/s": float})
