"""Stage 1, echo: the three events of a WebSocket's life, and an answer to the sender alone."""

from itertools import count

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from lab.access.rate_limits import check_rate
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.validation import clean_room


class Consumer(AsyncConsumer):
    """One connection. Nobody else hears what is said on it."""

    async def websocket_connect(self, event):
        """Accept the connection: until then the browser's readyState is CONNECTING."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        self.numbers = count(1)
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event):
        """Send the message back, or close: then the server's close frame comes first."""
        try:
            draft = frames.read(event.get("text"), self.room)
            if draft is None:
                return await self.send({"type": "websocket.close", "code": 1000})
            check_rate(self.scope["visitor"], draft.nonce)
        except Refused as refused:
            return await self.write(frames.error(refused))
        message = frames.numbered(next(self.numbers), draft)
        await self.write(frames.delivered(message))
        await self.write(frames.published(message))

    async def websocket_disconnect(self, event):
        """End the consumer: no event can follow, and without StopConsumer it would wait for one for ever.

        The same event comes whichever side closed first; `event["code"]` tells how.
        """
        raise StopConsumer

    async def write(self, text):
        """Send one text frame."""
        await self.send({"type": "websocket.send", "text": text})
