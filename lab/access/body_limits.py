"""The bound on a request's body."""

from django.conf import settings

from lab.messages.errors import Refused


def bounded(receive):
    """Wrap ASGI's `receive`: raise Refused (413) as soon as more of a body came than the limit."""
    read = 0

    async def counting():
        nonlocal read
        event = await receive()
        read += len(event.get("body", b""))
        if read > settings.BODY_MAX:
            raise too_large()
        return event

    return counting


def too_large():
    """Return the refusal of a body over the limit; the rest of it is not read."""
    return Refused(f"body: at most {settings.BODY_MAX:,} bytes.", status=413, headers={"Connection": "close"})
