"""Creates a technique's Python client with the settings of a scenario."""

import inspect
from importlib import import_module

OPTIONAL = ("interval", "hold", "pacing")  # settings that only some clients take
COOKIE = "session="


def create_client(settings, technique, stage, address, room, author):
    """Return the Client of a technique, or of one of its stages ("": the finished technique)."""
    client = import_module(f"{technique}.client").Client
    parameters = inspect.signature(client).parameters
    options = {name: getattr(settings, name) for name in OPTIONAL if name in parameters}
    options |= {"cookie": COOKIE.ljust(settings.cookie_bytes, "x")[: settings.cookie_bytes]}
    options |= {"jitter": settings.cut != "no-jitter", "stage": stage or None}
    return client(address, room, author, **options)
