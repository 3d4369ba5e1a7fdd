"""The reference solution of sse-replay."""

from django.conf import settings

from lab import chat, http
from lab.messages.validation import clean_after


async def deliver(request, room):
    """Respond with an event stream of the messages after the last event that the browser has."""
    last = request.headers.get("Last-Event-ID")
    after = clean_after(last, "Last-Event-ID") if last else http.after(request)
    return http.event_stream(events(await chat.follow(room, after)))


async def events(queue):
    """Yield each message as an event with its id, and a heartbeat after some seconds of silence."""
    with queue:
        while not queue.ended:
            page = await queue.fetch(settings.HEARTBEAT)
            if page.reset:
                yield b"event: reset\ndata: {}\n\n"
            for message in page.messages:
                yield b"id: %d\ndata: %b\n\n" % (message.id, message.json)
            if not (page.messages or page.reset):
                yield b"event: heartbeat\ndata: {}\n\n"
