"""Fast path of a streaming response: new messages are pushed into the connection, and wake no task."""

from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

from lab.chat.queues import Queue
from lab.messages.framing import chunk
from lab.messages.message import Message

Encode = Callable[[Message], bytes]


class FastStream(StreamingHttpResponse):
    """Streaming response that reads a queue, while the server itself writes each message that finds the reader waiting.

    A StreamingHttpResponse sends the same bytes, but wakes a task for each reader and message.
    """

    def __init__(
        self, request: ASGIRequest, queue: Queue, encode: Encode, content: AsyncIterator[bytes], **options: Any
    ) -> None:
        """Stream `content`, which reads `queue`; `encode(message)` returns the bytes that it yields for a message."""
        super().__init__(content, **options)
        queue.set_push(request.scope.get("push"), in_chunk(encode))


@cache
def in_chunk(encode: Encode) -> Encode:
    """Return the function that encodes a message as one chunk of the response; one for each `encode`.

    A message keeps its encoding under the function that made it, so all readers need the same one.
    """
    return lambda message: chunk(encode(message))
