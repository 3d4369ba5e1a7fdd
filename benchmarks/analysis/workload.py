"""Describes the settings of a workload in words: on an axis, in a sentence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One setting: its label on an axis, phrases for 1 and for other values, and the value that needs no phrase."""

    label: str
    singular: str
    plural: str
    default: object = None


SETTINGS = {
    "clients": Setting("readers", "{:,} reader", "{:,} readers"),
    "rooms": Setting("rooms", "one room", "{:,} rooms"),
    "publishers": Setting("publishers in each room", "one publisher in each", "{:,} publishers in each", 1),
    "rate": Setting(
        "messages/s in each room", "one message a second in each room", "{:g} messages a second in each room"
    ),
    "text_bytes": Setting("text, bytes", "texts of one byte", "texts of {:,} bytes"),
    "interval": Setting("polling interval, s", "a poll every second", "a poll every {:g} s"),
    "hold": Setting("hold of a long poll, s", "long polls held for {:g} s", "long polls held for {:g} s", 25),
    "delay_ms": Setting("one-way delay, ms", "{:g} ms of delay each way", "{:g} ms of delay each way", 0),
    "pacing": Setting("pacing of polls", "", "polls paced by {}", "rate"),
    "arrivals": Setting("arrivals of messages", "", "{} arrivals", "poisson"),
    "cookie_bytes": Setting(
        "Cookie header, bytes", "a cookie of one byte", "a cookie of {:,} bytes with each request", 0
    ),
    "server": Setting("server", "", "served by {}", "uvicorn"),
    "layer": Setting("channel layer", "", "channel layer “{}”", "memory"),
    "point": Setting("point", "", ""),  # a point with a name
    "cut": Setting("retries after the cut", "", "all connections cut once, retries: {}", "none"),
}


def describe(settings: Mapping[str, Any], without: Collection[str] = ()) -> str:
    """Return what all techniques of a comparison had to do, except the settings named in `without`."""
    phrases = [phrase(name, settings.get(name)) for name in SETTINGS if name not in without]
    return ", ".join(filter(None, phrases))


def phrase(name: str, value: Any) -> str:
    """Return the phrase for one setting; empty if it is missing, of a wrong type, or the default."""
    setting = SETTINGS[name]
    if value is None or value == setting.default:
        return ""
    try:
        return (setting.singular if value == 1 else setting.plural).format(value)
    except (ValueError, TypeError):
        return ""


def point_name(comparison: Any) -> str:
    """Return the name of a sweep's point, as “readers: 50”."""
    value = short(comparison.value)
    if comparison.swept == "point":
        return value
    name, _comma, unit = SETTINGS[comparison.swept].label.partition(", ")
    return f"{name}: {value} {unit}".rstrip()


def short(value: Any) -> str:
    """Return a value as text for an axis or a heading."""
    return f"{value:,.10g}" if is_number(value) else str(value)


def is_number(value: Any) -> bool:
    """Return whether a value has a place on an axis of numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)
