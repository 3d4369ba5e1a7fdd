"""Stage 2, list: a list of connections kept by hand, so that others receive the message too.

Everybody receives all messages, also those of other rooms; and a second server process has its own list,
whose connections receive none of these messages.
"""

from channels.generic.websocket import AsyncWebsocketConsumer

connections: list["Consumer"] = []  # every open connection of this process


class Consumer(AsyncWebsocketConsumer):
    """One connection, which is in the list while it is open."""

    async def connect(self) -> None:
        """Accept the connection and add it to the list."""
        await self.accept()
        connections.append(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Send the message to every connection of the list, one after the other: a slow one delays the rest."""
        # To blame: this list has all rooms, and only the connections of this process.
        for connection in tuple(connections):  # the list may change during a send
            await connection.send(text_data)

    async def disconnect(self, code: int) -> None:
        """Remove the connection from the list; otherwise the next message would be sent to a closed connection."""
        connections.remove(self)
