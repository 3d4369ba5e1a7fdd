"""The time that a request may take, on a loop that stands still meanwhile, as on a busy machine."""

import asyncio
import socket
import time

import pytest
import uvicorn
import uvloop
from uvicorn.server import ServerState

from lab.server.http_protocol import HTTPProtocol

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HEAD_SECONDS = 0.2
STILL = 0.5  # seconds that the loop stands still


async def respond(scope, receive, send):
    """Answer 200."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def run(request):
    """Return a function that runs a coroutine."""
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner.run


@pytest.mark.parametrize(("before", "after"), [(b"", REQUEST), (REQUEST[:20], REQUEST[20:])], ids=["all", "the rest"])
def test_4_408_a_request_that_has_arrived_while_the_loop_stood_still_is_answered(run, settings, before, after):
    settings.HEAD_SECONDS = HEAD_SECONDS

    async def test():
        config = uvicorn.Config(respond, http=HTTPProtocol, log_config=None, lifespan="off")
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: HTTPProtocol(config, ServerState(), {}), "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()[:2]) as connection:
            connection.sendall(before)
            await asyncio.sleep(HEAD_SECONDS / 4)  # the server accepts the connection, and reads what is there
            connection.sendall(after)
            time.sleep(STILL)
            response = await loop.run_in_executor(None, connection.recv, 1_000)
        server.close()
        await asyncio.sleep(0)
        return response

    assert run(test()).startswith(b"HTTP/1.1 200 ")
