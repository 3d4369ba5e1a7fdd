"""Keep one answer open and write each message into it as an event."""

from django.conf import settings

from lab import chat, http
from lab.messages.errors import Refused
from lab.messages.validation import clean_after
from lab.server.fast_stream import FastStream

# Nothing on the way may hold events back.
HEADERS = http.HEADERS | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
RETRY = b"retry: 1000\n\n"  # milliseconds before the browser connects again
RESET = b"event: reset\ndata: {}\n\n"
HEARTBEAT = b"event: heartbeat\ndata: {}\n\n"  # no comment: scripts must see it


async def deliver(request, room):
    """Answer with an event stream, which ends with the server, or when history cannot be read."""
    queue = await chat.follow(room, after(request))
    return FastStream(request, queue, event, stream(queue), headers=HEADERS)


def after(request):
    """Return the id of the last event that the client has, or None; a reconnecting browser names it in a header."""
    last = request.headers.get("Last-Event-ID")
    return clean_after(last, "Last-Event-ID") if last else http.after(request)


async def stream(queue):
    """Yield the messages as events, and a heartbeat after HEARTBEAT seconds of silence."""
    yield RETRY
    try:
        with queue:
            while not queue.ended:
                yield events(await queue.fetch(settings.HEARTBEAT))  # no variable: a slow client would keep the page
    except Refused:
        pass  # the database is unavailable, and the queue needs history; the client reconnects
    yield RETRY  # the last event, too


def events(page):
    """Encode a Page: its messages as events, or a heartbeat if there are none."""
    encoded = b"".join([event(message) for message in page.messages])
    return RESET + encoded if page.reset else encoded or HEARTBEAT


def event(message):
    """Encode a message as an event; its JSON is one line, so no text can break out of the field."""
    return b"id: %d\ndata: %b\n\n" % (message.id, message.json)
