"""Deliver and publish on one connection, each message a frame."""

import asyncio
import json
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer

from lab import chat
from lab.message import Refused, clean_after, clean_room, parse
from lab.protocol import text_frame

NORMAL, GOING_AWAY, UNSUPPORTED, TRY_AGAIN_LATER = 1000, 1001, 1003, 1013  # close codes, RFC 6455 §7.4.1 and IANA


class Consumer(AsyncWebsocketConsumer):
    """One connection: its queue is delivered by a task, while `receive` publishes."""

    channel_layer_alias = None  # the room's one subscription serves all its connections
    delivering = None

    async def dispatch(self, message):
        """Call the handler of an event; stock Channels would first look after database connections, by a thread."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self):
        """Accept the connection and begin to deliver; a room or `after` that cannot be is refused."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        query = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        queue = await chat.follow(self.room, clean_after(query.get("after", [None])[-1]))
        await self.accept()
        self.delivering = asyncio.create_task(self.deliver(queue))

    async def deliver(self, queue):
        """Send the messages as frames until the connection or the server ends."""
        send = self.scope["sender"]  # past the session's wrapper, which costs more than the frame
        queue.push_by(self.scope.get("push"), frame)
        try:
            with queue:
                while not queue.ended:
                    page = await queue.fetch()
                    if page.reset:
                        await self.say(type="reset")
                    for message in page.messages:
                        await send(message.encoded(event))
            await self.close(GOING_AWAY)
        except Refused:  # the database is away, and with it the history that the queue fell back to
            await self.close(TRY_AGAIN_LATER)
        except OSError:
            pass  # the client is gone; disconnect() follows

    async def receive(self, text_data=None, bytes_data=None):
        """Publish what a frame says, or close."""
        if text_data is None:
            return await self.close(UNSUPPORTED)
        nonce = None
        try:
            fields = parse(text_data)
            nonce = fields.get("nonce")
            if fields.get("type") == "close":
                return await self.close(NORMAL)
            if fields.get("type") != "publish":
                raise Refused("type: publish or close.")
            message, _new = await chat.publish(self.room, fields, self.scope["client"][0])
            await self.say(type="published", nonce=message.nonce, id=message.id)
        except Refused as refused:
            known = {"nonce": nonce} if isinstance(nonce, str) else {}
            await self.say(type="error", error=str(refused), **known)

    async def disconnect(self, code):
        """Stop delivering."""
        if self.delivering:
            self.delivering.cancel()

    async def say(self, **fields):
        """Send one JSON object."""
        await self.scope["sender"]({"type": "websocket.send", "text": json.dumps(fields)})


def event(message):
    """Encode a message as the ASGI event that sends it."""
    return {"type": "websocket.send", "text": '{"type":"message",' + message.json[1:]}


def frame(message):
    """Encode a message as the bytes of its frame."""
    return text_frame(message.encoded(event)["text"])
