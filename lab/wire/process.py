"""The process in which the wires live: it outlives the server that they lead to."""

import asyncio
import contextlib
import os
import secrets
import signal

import uvicorn

from lab.net import system
from lab.wire.capture.capture import Capture
from lab.wire.control.app import Control
from lab.wire.control.http import LOOPBACK
from lab.wire.relay.wire import Wire
from lab.wire.supervised_server import NotUp, Server

GOODBYE = 1  # seconds that the control's listeners get to hear the end
AGE_OUT = 5.0  # seconds between looks at the capture's age


class ServiceError(Exception):
    """The wires cannot be laid; the text is one sentence that says why."""


class ControlServer(uvicorn.Server):
    """uvicorn's server without its own ideas about signals."""

    def capture_signals(self):
        """Leave the signals to whoever runs the loop."""
        return contextlib.nullcontext()


async def run(
    wires,
    server_command=None,
    target=None,
    control_port=0,
    origins=(),
    announce=print,
    host="127.0.0.1",
    control_host="127.0.0.1",
    seed=None,
    ready=None,
):
    """Lay wires to one server, control them, and end everything on SIGINT or SIGTERM or when cancelled.

    `wires`: {name: port}, port 0: any. `target`: (host, port) of the server. `server_command`: words that start the
    server; then "{port}" in them stands for the target's port (0, the default: a free one). `origins`: of the pages
    that may use the control. `announce(sentence)` hears the addresses. `host`, `control_host`: where to listen; a
    control for other machines asks for a token, which is announced. `seed`: of the faults by chance. `ready(state)`
    hears {"wires": {name: port}, "control": port, "server": (host, port), "token"} once all of it listens.
    Raises ServiceError where a port is taken or the server does not start.
    """
    system.allow_many_connections()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")  # the bounds of the control are the server's
    if target is None and not server_command:
        raise ServiceError("A wire needs a server: target or server_command.")
    server, capture, lanes = Server(target or ("127.0.0.1", 0), server_command), Capture(), {}
    token = None if control_host in LOOPBACK else secrets.token_urlsafe(16)
    laid = {name: Wire(name, host, port, server.target, capture, lanes, seed) for name, port in wires.items()}
    control = Control(laid, server, capture, origins, token)
    with ending() as ended:
        async with contextlib.AsyncExitStack() as stack:
            try:
                stack.push_async_callback(server.stop)
                for wire in laid.values():
                    await open_on(stack, wire)
                await server.start()
                listening = await serve_control(stack, control, control_host, control_port)
            except (OSError, OverflowError, NotUp) as exc:
                reason = str(getattr(exc, "strerror", None) or exc).rstrip(".")
                raise ServiceError(f"The wires cannot be laid: {reason}.") from exc
            for name, wire in laid.items():
                announce(f"Wire {name}: http://{host}:{wire.port}/ to {server.target[0]}:{server.target[1]}")
            announce(f"Control: http://{control_host}:{listening}/state" + (f"?token={token}" if token else ""))
            if ready:
                ports = {name: wire.port for name, wire in laid.items()}
                ready({"wires": ports, "control": listening, "server": server.target, "token": token})
            for upkeep in (server.watch(), look_after(capture)):
                stack.push_async_callback(cancelled, asyncio.create_task(upkeep))
            await ended.wait()


async def open_on(stack, wire):
    """Open a wire, to be closed with the stack."""
    try:
        await wire.open()
    except system.CANNOT as exc:
        raise ServiceError(system.cannot_listen(wire.host, wire.port, exc)) from exc
    stack.push_async_callback(wire.close)


async def serve_control(stack, control, host, port):
    """Serve the control, to be ended with the stack; return its port."""
    config = uvicorn.Config(
        control, host=host, port=port, log_config=None, access_log=False, lifespan="off", ws="none",
        http="lab.server.http_protocol:HTTPProtocol",  # with the server's own bounds
        timeout_graceful_shutdown=GOODBYE, log_level="warning", server_header=False, proxy_headers=False,
    )  # fmt: skip
    try:
        listening = system.listen(host, port)
    except system.CANNOT as exc:
        raise ServiceError(system.cannot_listen(host, port, exc, "--control-port")) from exc
    server = ControlServer(config)
    serving = asyncio.create_task(server.serve([listening]))

    async def end():
        control.ending.set()
        server.should_exit = True
        await serving
        listening.close()

    stack.push_async_callback(end)
    return listening.getsockname()[1]


@contextlib.contextmanager
def ending():
    """Yield an event that each signal sets that ends a command."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    caught = []
    for number in system.ENDING:
        if signal.getsignal(number) == signal.SIG_IGN and number == signal.SIGHUP:
            continue  # after `nohup`
        with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(number, ended.set)
            caught.append(number)
    try:
        yield ended
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


async def look_after(capture):
    """Let the capture forget what is too old."""
    while True:
        await asyncio.sleep(AGE_OUT)
        capture.age_out()


async def cancelled(task):
    """Cancel a task and wait for its end."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main(**options):
    """Run the wires in a loop of their own, uvloop's where it is installed; see `run`."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        new_event_loop = None
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(run(**options))
