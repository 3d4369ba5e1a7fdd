"""The bound on a request's body."""

from django.conf import settings

from lab.access.asgi_types import Event, Receive
from lab.messages.errors import Refused


def bounded(receive: Receive) -> Receive:
    """Wrap ASGI's `receive`: raise Refused (413) as soon as the body is over the limit."""
    read = 0

    async def counting() -> Event:
        nonlocal read
        event = await receive()
        read += len(event.get("body", b""))
        if read > settings.BODY_MAX:
            raise too_large()
        return event

    return counting


def too_large() -> Refused:
    """Return the refusal of a body over the limit, whose rest is not read."""
    return Refused(f"body: at most {settings.BODY_MAX:,} bytes.", status=413, headers={"Connection": "close"})
