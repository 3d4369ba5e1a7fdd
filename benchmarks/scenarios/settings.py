"""The settings of a scenario: their names, types and bounds."""

from typing import Any

BOUNDS: dict[str, tuple[float, float]] = {  # smallest and largest value; whole numbers if both bounds are
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
UNITS = {
    "rate": "messages a second in each room",
    "text_bytes": "bytes",
    "interval": "seconds between two polls",
    "hold": "seconds",
    "delay_ms": "milliseconds each way",
    "cookie_bytes": "bytes",
    "warmup": "seconds",
    "duration": "seconds",
}
CAMPAIGN_SETTINGS = ("repetitions", "seed")  # the same at every point
POINT_SETTINGS = tuple(name for name in (*BOUNDS, *CHOICES) if name not in CAMPAIGN_SETTINGS)
# The settings that a run records in results.json.
RECORDED = tuple(name for name in POINT_SETTINGS if name not in ("warmup", "duration"))


def recorded(settings: object) -> dict[str, Any]:
    """Return the settings to record with a run, from a scenario or from parsed options; unknown ones are left out."""
    return {name: getattr(settings, name) for name in RECORDED if hasattr(settings, name)}


def described() -> str:
    """Return all settings with their values, for a help text."""
    numbers = [
        f"{name} ({low:,g} to {high:,g}{f' {UNITS[name]}' if name in UNITS else ''})"
        for name, (low, high) in BOUNDS.items()
    ]
    choices = [f"{name} ({', '.join(values)})" for name, values in CHOICES.items()]
    return "; ".join(text for text in (*numbers, *choices) if text.split(" ")[0] in POINT_SETTINGS)


class ComparisonError(Exception):
    """The comparison is impossible; the text is one sentence that says why."""


def check(name: str, value: Any, where: object) -> None:
    """Raise ComparisonError, in a sentence that begins with `where`, if a setting cannot have this value."""
    if name in CHOICES:
        if not isinstance(value, str) or value not in CHOICES[name]:
            raise ComparisonError(f"{where} must be one of {', '.join(CHOICES[name])}, not {value!r}.")
        return
    if name not in BOUNDS:
        raise ComparisonError(f"{where} is not a setting; choose one of {', '.join((*BOUNDS, *CHOICES))}.")
    low, high = BOUNDS[name]
    kind, noun = (int | float, "a number") if isinstance(low, float) else (int, "a whole number")
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise ComparisonError(f"{where} must be {noun} from {low:,} to {high:,}, not {value!r}.")
