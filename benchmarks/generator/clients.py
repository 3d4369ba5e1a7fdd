"""A technique's Python client with the settings of a scenario."""

import inspect
from importlib import import_module

OF_TECHNIQUES = ("interval", "hold", "pacing")  # settings that only some clients take
COOKIE = "session="


def client(settings, technique, stage, address, room, author):
    """Return the Client of a technique, or of a stage of its staircase ("": of the finished one)."""
    finished = import_module(f"{technique}.client").Client
    takes = inspect.signature(finished).parameters
    own = {name: getattr(settings, name) for name in OF_TECHNIQUES if name in takes}
    own |= {"cookie": COOKIE.ljust(settings.cookie_bytes, "x")[: settings.cookie_bytes]}
    own |= {"jitter": settings.cut != "no-jitter", "stage": stage or None}
    return finished(address, room, author, **own)
