"""What the model needs to know of a comparison, and what it needs no measuring for."""

from dataclasses import replace

from benchmarks import model, sizes
from benchmarks.series import Figure, dig


def base(comparison):
    """Return (d_eff in seconds, titles of the series it is the median of): what a delivery takes that need not wait."""
    pushed = [series for series in comparison.valid if is_push(series) and not series.stage]
    figure = Figure.of([dig(run, "latency_ms", "p50") for series in pushed for run in series.valid])
    return (figure.median or 0.0) / 1000, [series.title for series in pushed]


def is_push(series):
    """Tell whether the model knows the technique as one whose messages wait for nothing."""
    return series.technique in model.MODELS and model.MODELS[series.technique].push


def parameters(comparison, series, delay):
    """Return the model's Parameters for a series; `delay` in seconds is the base of all techniques."""
    run, name = series.valid[0], series.technique
    return model.Parameters(
        rate=dig(run, "rate") or 1.0,
        delay=delay,
        interval=dig(run, "interval") or 1.0,
        hold=dig(run, "hold") or 25.0,
        headers=sizes.headers(name),
        message=sizes.message(name, dig(run, "text_bytes") or 100),
        empty=sizes.empty(name),
    )


def bytes_per_message(series, level, *ways):
    """Return the Figure of the readers' bytes a delivered message: `level` tcp or ip, `ways` up, down (both)."""
    ways = ways or ("up", "down")
    figures = []
    for run in series.valid:
        arrived = dig(run, "arrived") or dig(run, "delivered")
        sums = [dig(run, f"{level}_bytes", way) for way in ways]
        figures.append(sum(sums) / arrived if arrived and None not in sums else None)
    return Figure.of(figures)


def bytes_per_second(series, level):
    """Return the Figure of the bytes a second that one reader's connection carries, both ways."""
    figures = []
    for run in series.valid:
        sums, seconds = [dig(run, f"{level}_bytes", way) for way in ("up", "down")], dig(run, "duration_s")
        figures.append(sum(sums) / seconds / (dig(run, "clients") or 1) if seconds and None not in sums else None)
    return Figure.of(figures)


def at_interval(p, interval):
    """Return the same Parameters at another polling interval, seconds."""
    return replace(p, interval=interval)


def crossings(comparison):
    """Return [(title of polling, of the other, λ at TCP, λ at IP)]: above λ a room's rate makes polling cheaper."""
    delay, _titles = base(comparison)
    plain = [series for series in comparison.valid if series.technique in model.MODELS and not series.stage]
    polled = [series for series in plain if series.technique == "polling"]
    found = []
    for one in polled[:1]:
        p = parameters(comparison, one, delay)
        for other in plain:
            if other.technique != "polling":
                q = parameters(comparison, other, delay)
                rates = [model.crossing("polling", other.technique, p, level, q) for level in (model.payload, model.ip)]
                found.append((one.title, other.title, *rates))
    return found
