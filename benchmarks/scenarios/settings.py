"""The settings of a scenario: their names, kinds and bounds. A mistake in one is one sentence."""

BOUNDS = {  # smallest and largest value; a whole number where the bounds are whole numbers
    "clients": (1, 100_000),
    "rooms": (1, 1_000),
    "publishers": (1, 100),
    "rate": (0.0, 10_000.0),
    "text_bytes": (1, 4_000),
    "interval": (0.01, 3_600.0),
    "hold": (1, 55),
    "delay_ms": (0.0, 60_000.0),
    "cookie_bytes": (0, 8_000),
    "warmup": (0.0, 3_600.0),
    "duration": (0.5, 86_400.0),
    "repetitions": (1, 1_000),
    "seed": (0, 2**63 - 1),
}
CHOICES = {
    "pacing": ("rate", "pause"),
    "arrivals": ("poisson", "regular"),
    "server": ("uvicorn", "daphne", "hypercorn", "granian"),
    "layer": ("memory", "redis", "pubsub"),
    "cut": ("none", "jitter", "no-jitter"),
}
OF_THE_WHOLE = ("repetitions", "seed")  # the same at every point
OF_A_POINT = tuple(name for name in (*BOUNDS, *CHOICES) if name not in OF_THE_WHOLE)
# What a run repeats of its scenario in results.json.
REPEATED = tuple(name for name in OF_A_POINT if name not in ("warmup", "duration"))


def repeated(settings):
    """Return what a run repeats of these settings, of a scenario or of a command line: those that are known there."""
    return {name: getattr(settings, name) for name in REPEATED if hasattr(settings, name)}


class CannotCompare(Exception):
    """The comparison cannot be made; the text is one sentence that says why."""


def check(name, value, where):
    """Raise CannotCompare, which begins with `where`, unless `value` can be that of the setting `name`."""
    if name in CHOICES:
        if not isinstance(value, str) or value not in CHOICES[name]:
            raise CannotCompare(f"{where} must be one of {', '.join(CHOICES[name])}, not {value!r}.")
        return
    if name not in BOUNDS:
        raise CannotCompare(f"{where} is no setting; there are {', '.join((*BOUNDS, *CHOICES))}.")
    low, high = BOUNDS[name]
    kind, words = ((int, float), "a number") if isinstance(low, float) else (int, "a whole number")
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise CannotCompare(f"{where} must be {words} from {low:,} to {high:,}, not {value!r}.")
