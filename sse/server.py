"""Keep one answer open and write each message into it as an event."""

from django.conf import settings
from django.http import StreamingHttpResponse

from lab import chat, http
from lab.messages.errors import Refused
from lab.messages.framing import chunk
from lab.messages.validation import clean_after

# Nothing on the way may hold events back.
HEADERS = http.HEADERS | {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
RETRY = b"retry: 1000\n\n"  # milliseconds before the browser connects again
RESET = b"event: reset\ndata: {}\n\n"
HEARTBEAT = b"event: heartbeat\ndata: {}\n\n"  # no comment: scripts must see it


async def deliver(request, room):
    """Answer with an event stream, which ends with the server, or where history cannot be read."""
    queue = await chat.follow(room, after(request))
    queue.set_push(request.scope.get("push"), event_chunk)
    return StreamingHttpResponse(stream(queue), headers=HEADERS)


def after(request):
    """Return the id of the last event that the client has seen, None where it names none; who comes back does so."""
    last = request.headers.get("Last-Event-ID")
    return clean_after(last, "Last-Event-ID") if last else http.after(request)


async def stream(queue):
    """Yield the messages as events, and a heartbeat after HEARTBEAT seconds of silence."""
    yield RETRY
    try:
        with queue:
            while not queue.ended:
                yield events(await queue.fetch(settings.HEARTBEAT))  # no page is kept while the client takes its time
    except Refused:
        pass  # the database is away, and with it the history that the queue fell back to; the client comes again
    yield RETRY  # as goodbye, too


def events(page):
    """Encode a Page: its messages as events, or a heartbeat if there are none."""
    encoded = b"".join([event(message) for message in page.messages])
    return RESET + encoded if page.reset else encoded or HEARTBEAT


def event(message):
    """Encode a message as an event; its JSON is one line, so no text can break out of the field."""
    return b"id: %d\ndata: %b\n\n" % (message.id, message.json)


def event_chunk(message):
    """Encode a message as the chunk of the answer that holds its event."""
    return chunk(event(message))
