"""Hold the request until there is a message in the user's queue."""

import asyncio
import re
import secrets
from functools import cache

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from lab import chat, http
from lab.access.shares import Shares
from lab.chat.queues import Queue
from lab.messages.errors import Refused

SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits, which nobody can guess


def hold(request: ASGIRequest) -> float:
    """Return for how many seconds the client wants the request held; raise Refused if the number is not valid."""
    text = request.GET.get("hold", str(settings.HOLD))
    if not SECONDS.fullmatch(text) or float(text) > settings.HOLD_MAX:
        raise Refused(f"hold: seconds from 0 to {settings.HOLD_MAX}.")
    return float(text)


@http.held(hold, http.after)
async def deliver(request: ASGIRequest, room: str) -> HttpResponse:
    """Respond as soon as the user's queue has messages, with an empty list after `hold` seconds."""
    seconds, after = hold(request), http.after(request)
    session = await sessions().get_or_create(request.GET.get("queue"), room, after)
    with session:
        page = await session.queue.fetch(seconds)
    return http.page(page, queue=session.id)


class QueueSessions:
    """The queues of all users."""

    def __init__(self) -> None:
        self.by_id: dict[str, QueueSession] = {}
        self.shares = Shares("queues", lambda queue_id: self.by_id[queue_id].close())

    async def get_or_create(self, queue_id: str | None, room: str, after: int | None) -> "QueueSession":
        """Return the user's QueueSession; a new one if the id is missing, unknown, expired, or another room's."""
        session = self.by_id.get(queue_id or "")
        if session is None or session.queue.room.name != room:
            queue = await chat.follow(room, after)
            # An id from another process is kept: a user who changes between processes would open a queue each time.
            free = queue_id and ID.fullmatch(queue_id) and queue_id not in self.by_id
            session = QueueSession(self, queue, queue_id if queue_id and free else secrets.token_urlsafe(16))
        elif after is not None:
            session.queue.resume(after)  # messages of a response that was cut off are delivered again
        return session


class QueueSession:
    """One user's queue, open between requests, and closed if nobody reads it for QUEUE_IDLE seconds."""

    def __init__(self, sessions: QueueSessions, queue: Queue, queue_id: str) -> None:
        self.id = queue_id
        self.queue = queue
        self.sessions = sessions
        self.readers = 0
        self.expiry: asyncio.TimerHandle | None = None  # the timer that closes it
        sessions.shares.take(self.id)
        try:
            queue.open()
        except Refused:
            sessions.shares.leave(self.id)
            raise
        queue.on_room_closed = self.close
        sessions.by_id[self.id] = self

    def __enter__(self) -> None:
        """Start to read."""
        self.readers += 1
        if self.readers == 1:
            self.sessions.shares.use(self.id)
            self.queue.room.start_reading()
        if self.expiry:
            self.expiry.cancel()

    def __exit__(self, *exc_info: object) -> None:
        """Stop reading; new messages still go into the queue."""
        self.readers -= 1
        if not self.readers:
            self.queue.room.stop_reading()
            self.sessions.shares.rest(self.id)
            self.expiry = asyncio.get_running_loop().call_later(settings.QUEUE_IDLE, self.close)

    def close(self) -> None:
        """Close the queue for good."""
        if self.expiry:
            self.expiry.cancel()
        del self.sessions.by_id[self.id]
        self.sessions.shares.leave(self.id)
        self.queue.close()
        self.queue.on_room_closed = None  # no reference cycle: memory is freed at once


@cache
def sessions() -> QueueSessions:
    """Return the QueueSessions of this process."""
    return QueueSessions()
