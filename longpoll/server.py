"""Hold the request until there is a message in the user's queue."""

import asyncio
import re
import secrets

from django.conf import settings

from lab import chat, http
from lab.access.shares import FULL, LATER, Shares
from lab.messages.errors import Refused

SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits that nobody guesses

_queues = {}  # id: KeptQueue


async def deliver(request, room):
    """Answer as soon as the user's queue has messages, with an empty list after `hold` seconds."""
    seconds, after = hold(request), http.after(request)
    if request.method == "HEAD":
        return http.head()  # no queue gives its messages to an answer without a body
    kept = await claim(request.GET.get("queue"), room, after)
    with kept:
        page = await kept.queue.fetch(seconds)
    return http.page(page, queue=kept.id)


def hold(request):
    """Return for how many seconds the client wants the request held; raise Refused where it is no such number."""
    text = request.GET.get("hold", str(settings.HOLD))
    if not SECONDS.fullmatch(text) or float(text) > settings.HOLD_MAX:
        raise Refused(f"hold: seconds from 0 to {settings.HOLD_MAX}.")
    return float(text)


async def claim(queue_id, room, after):
    """Return the user's KeptQueue; a new one where the id is missing, unknown here, expired, or another room's."""
    kept = _queues.get(queue_id)
    if kept is None or kept.queue.room.name != room:
        queue = await chat.follow(room, after)
        # Another process may have given it: kept, or a user who changes between processes leaves a queue at each turn.
        free = queue_id not in _queues and ID.fullmatch(queue_id or "")
        kept = KeptQueue(queue, queue_id if free else secrets.token_urlsafe(16))
    elif after is not None:
        # What the client names is what it has: an answer that was cut off is given again.
        kept.queue.resume(after)
    return kept


class KeptQueue:
    """A queue that lives on between two requests, and is dropped when nobody has read it for QUEUE_IDLE seconds."""

    def __init__(self, queue, queue_id):
        self.id = queue_id
        self.queue = queue
        self.readers = 0
        self.expiry = None
        shares.take(self.id)
        try:
            queue.room.enter(queue)
        except Refused:
            shares.leave(self.id)
            raise
        queue.drop = self.drop
        _queues[self.id] = self

    def __enter__(self):
        """Begin to read."""
        self.readers += 1
        if self.readers == 1:
            shares.use(self.id)
            self.queue.room.start_reading()
        if self.expiry:
            self.expiry.cancel()

    def __exit__(self, *exc_info):
        """Stop reading; the queue fills on."""
        self.readers -= 1
        if not self.readers:
            self.queue.room.stop_reading()
            shares.rest(self.id)
            self.expiry = asyncio.get_running_loop().call_later(settings.QUEUE_IDLE, self.drop)

    def drop(self):
        """Close the queue for good."""
        if self.expiry:
            self.expiry.cancel()
        del _queues[self.id]
        shares.leave(self.id)
        self.queue.room.leave(self.queue)
        self.queue.drop = None  # nothing may be left that only the garbage collector frees


shares = Shares(
    "QUEUES",
    lambda queue_id: _queues[queue_id].drop(),
    greedy=lambda: Refused("too many queues of one address or session, close some.", **LATER),
    full=lambda: Refused("too many queues are open, try again.", **FULL),
)
