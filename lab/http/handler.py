"""Django's handler for the chat's own routes: stock Django, without what only synchronous code needs."""

import asyncio
import io

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import resolve

from lab import http
from lab.access.asgi_types import Receive, Scope, Send
from lab.access.body_limits import too_large
from lab.messages.errors import Refused


class ChatHandler(ASGIHandler):
    """Django for the chat's routes, whose views are all async: no middleware, no thread, no signal.

    Stock Django uses a thread for each request (ThreadSensitiveContext, synchronous receivers of its signals, the
    closing of the response). These routes have no synchronous code, so they need no thread.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Load none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; cancel its view when the client disconnects."""
        try:
            body = await read_body(receive)
        except RequestAborted:
            return
        watcher = DisconnectWatcher(receive)
        try:
            await self.respond(scope, body, send)
        except asyncio.CancelledError:
            if not watcher.disconnected:
                raise
        finally:
            watcher.stop()

    async def respond(self, scope: Scope, body: bytes, send: Send) -> None:
        """Run the view and send its response."""
        request = self.request_class(scope, io.BytesIO(body))
        response: HttpResponseBase
        try:
            view, args, kwargs = resolve(request.path_info)
            response = await view(request, *args, **kwargs)
        except Http404:
            response = http.refusal(Refused("address: nothing is here.", status=404))
        except Refused as refused:
            response = http.refusal(refused)
        await self.send_response(response, send)


class DisconnectWatcher:
    """Cancels the current task if the client disconnects."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.disconnected = False
        self.responding = asyncio.current_task()
        self.watching: asyncio.Task[None] | None = None
        # A response that does not wait is sent before the loop calls `start`, and so needs no second task.
        self.starting = asyncio.get_running_loop().call_soon(self.start)

    def start(self) -> None:
        """Begin to watch."""
        self.watching = asyncio.create_task(self.watch())

    async def watch(self) -> None:
        """Wait for the one event that can still come: the disconnect."""
        await self.receive()
        self.disconnected = True
        if self.responding:
            self.responding.cancel()

    def stop(self) -> None:
        """Stop watching."""
        self.starting.cancel()
        if self.watching:
            self.watching.cancel()


async def read_body(receive: Receive) -> bytes:
    """Return the body; raise Refused (413) as soon as it is over the limit."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise RequestAborted
        body += event.get("body", b"")
        if len(body) > settings.BODY_MAX:
            raise too_large()
        if not event.get("more_body"):
            return bytes(body)
