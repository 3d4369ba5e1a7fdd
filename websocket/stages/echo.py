"""Stage 1, echo: the three events of a WebSocket's life, and a reply to the sender alone.

`lab/server/stage_frames.py` does the rest for all stages: it checks a frame before the stage gets its
message, numbers the message, closes on request, and acknowledges messages that the stage has handled.
"""

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer


class Consumer(AsyncConsumer):
    """One connection. Nobody else receives what is sent on it."""

    async def websocket_connect(self, event: dict[str, str]) -> None:
        """Accept the connection: until then the browser's readyState is CONNECTING."""
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, event: dict[str, str]) -> None:
        """Send the message back."""
        # To blame: this connection alone is known here.
        await self.send({"type": "websocket.send", "text": event["text"]})

    async def websocket_disconnect(self, event: dict[str, str]) -> None:
        """End the consumer; without StopConsumer it would wait for another event forever.

        The event is the same whichever side closed first; `event["code"]` is the close code.
        """
        raise StopConsumer
