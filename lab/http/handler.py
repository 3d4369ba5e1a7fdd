"""Django's handler for the chat's own routes: stock Django, less what only synchronous code needs."""

import asyncio
import io

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.http import Http404
from django.urls import resolve

from lab import http
from lab.access.body_limits import too_large
from lab.messages.errors import Refused


class ChatHandler(ASGIHandler):
    """Django for the chat's routes, whose views are all async: no middleware, no thread, no signal.

    Stock Django pays a thread for each request (ThreadSensitiveContext, synchronous receivers of its signals, the
    closing of the response). Nothing on these routes is synchronous, so nothing needs one.
    """

    def load_middleware(self, is_async=False):
        """Load none."""

    async def __call__(self, scope, receive, send):
        """Answer one request; cancel its view when the client goes away."""
        try:
            body = await read_body(receive)
        except RequestAborted:
            return
        leaving = DisconnectWatcher(receive)
        try:
            await self.answer(scope, body, send)
        except asyncio.CancelledError:
            if not leaving.happened:
                raise
        finally:
            leaving.forget()

    async def answer(self, scope, body, send):
        """Run the view and send its response."""
        request = self.request_class(scope, io.BytesIO(body))
        try:
            view, args, kwargs = resolve(request.path_info)
            response = await view(request, *args, **kwargs)
        except Http404:
            response = http.refusal(Refused("address: nothing is here.", status=404))
        except Refused as refused:
            response = http.refusal(refused)
        await self.send_response(response, send)


class DisconnectWatcher:
    """Watches for the client's going away, and cancels the task that answers it."""

    def __init__(self, receive):
        self.receive = receive
        self.happened = False
        self.answering, self.watching = asyncio.current_task(), None
        # An answer that needs no waiting is out before the loop gets here, and pays for no second task.
        self.starting = asyncio.get_running_loop().call_soon(self.start)

    def start(self):
        """Begin to watch."""
        self.watching = asyncio.create_task(self.watch())

    async def watch(self):
        """Wait for the one event that can still come."""
        await self.receive()
        self.happened = True
        self.answering.cancel()

    def forget(self):
        """Watch no more."""
        self.starting.cancel()
        if self.watching:
            self.watching.cancel()


async def read_body(receive):
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
