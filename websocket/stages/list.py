"""Stage 2, list: a list of connections kept by hand, so that others hear it too.

Everybody gets everything, whatever their room; and a second server process has a list of its own,
whose connections hear nothing of ours.
"""

from itertools import count

from channels.generic.websocket import AsyncWebsocketConsumer

from lab.access.rate_limits import check_rate
from lab.messages import frames
from lab.messages.errors import Refused
from lab.messages.validation import clean_room

connections = []  # every open connection of this process
numbers = count(1)


class Consumer(AsyncWebsocketConsumer):
    """One connection, which is in the list while it is open."""

    async def connect(self):
        """Accept the connection and add it to the list."""
        self.room = clean_room(self.scope["url_route"]["kwargs"]["room"])
        await self.accept()
        connections.append(self)

    async def receive(self, text_data=None, bytes_data=None):
        """Send the message to every connection of the list, one after the other: a slow one delays the rest."""
        try:
            draft = frames.read(text_data, self.room)
            if draft is None:
                return await self.close()
            check_rate(self.scope["visitor"], draft.nonce)
        except Refused as refused:
            return await self.send(frames.error(refused))
        message = frames.numbered(next(numbers), draft)
        for connection in tuple(connections):  # the list may change while we wait
            await connection.send(frames.delivered(message))
        await self.send(frames.published(message))

    async def disconnect(self, code):
        """Take the connection off the list; forget it, and the next message is sent into the void."""
        if self in connections:
            connections.remove(self)
