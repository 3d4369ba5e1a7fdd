"""The settings of a workload in words: on an axis, in a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting: its name on an axis; a sentence's words for it, of 1 and of other values; what needs no saying."""

    label: str
    one: str
    many: str
    usual: object = None


SETTINGS = {
    "clients": Setting("readers", "{:,} reader", "{:,} readers"),
    "rooms": Setting("rooms", "one room", "{:,} rooms"),
    "publishers": Setting("publishers in each room", "one publisher in each", "{:,} publishers in each", 1),
    "rate": Setting(
        "messages/s in each room", "one message a second in each room", "{:g} messages a second in each room"
    ),
    "text_bytes": Setting("text, bytes", "texts of one byte", "texts of {:,} bytes"),
    "interval": Setting("interval of polls, s", "polls every second", "polls every {:g} s"),
    "hold": Setting("hold of a long poll, s", "long polls held for {:g} s", "long polls held for {:g} s", 25),
    "delay_ms": Setting("one-way delay, ms", "{:g} ms of delay each way", "{:g} ms of delay each way", 0),
    "pacing": Setting("pacing of the polls", "", "polls by {}", "rate"),
    "arrivals": Setting("arrivals of the messages", "", "{} arrivals", "poisson"),
    "cookie_bytes": Setting(
        "Cookie header, bytes", "a cookie of one byte", "a cookie of {:,} bytes with each request", 0
    ),
    "server": Setting("server", "", "served by {}", "uvicorn"),
    "layer": Setting("channel layer", "", "channel layer “{}”", "memory"),
    "point": Setting("point", "", ""),  # one that has a name of its own
    "cut": Setting("backoff after the cut", "", "every connection cut once, backoff: {}", "none"),
}


def in_words(settings, without=()):
    """Return in words what all techniques of a comparison had to do, but for the settings named in `without`."""
    said = [phrase(name, settings.get(name)) for name in SETTINGS if name not in without]
    return ", ".join(words for words in said if words)


def phrase(name, value):
    """Return one setting in words; nothing where it is missing, no value of that kind, or goes without saying."""
    setting = SETTINGS[name]
    if value is None or value == setting.usual:
        return ""
    try:
        return (setting.one if value == 1 else setting.many).format(value)
    except (ValueError, TypeError):
        return ""


def name_of(comparison):
    """Return what tells a point of a sweep from the others, as “readers: 50”."""
    value = short(comparison.value)
    if comparison.swept == "point":
        return value
    name, _comma, unit = SETTINGS[comparison.swept].label.partition(", ")
    return f"{name}: {value} {unit}".rstrip()


def short(value):
    """Return a value as it stands at an axis or in a table's head."""
    return f"{value:,.10g}" if is_number(value) else str(value)


def is_number(value):
    """Tell whether a value has a place on an axis of numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)
