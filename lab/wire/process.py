"""The process of the wires: it keeps them open while the server behind them restarts."""

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Callable, Iterable, Mapping

import uvicorn

from lab.net import system
from lab.net.system import StartError
from lab.wire.capture.capture import Capture
from lab.wire.control.app import Control
from lab.wire.control.http import LOOPBACK
from lab.wire.relay.shared import Shared
from lab.wire.relay.wire import Wire
from lab.wire.supervised_server import ServerStartError, SupervisedServer

SHUTDOWN_GRACE = 1  # seconds for the listeners of the control to receive the end of their stream
EXPIRY_INTERVAL = 5.0  # seconds between two searches for exchanges that are too old


class ControlServer(uvicorn.Server):
    """uvicorn's server without its signal handlers."""

    def capture_signals(self):
        """Leave the signals to `run`."""
        return contextlib.nullcontext()


async def run(
    wires: Mapping[str, int],
    server_command: list[str] | tuple[str, ...] | None = None,
    target: tuple[str, int] | None = None,
    control_port: int = 0,
    origins: Iterable[str] = (),
    announce: Callable[[str], object] = print,
    host: str = "127.0.0.1",
    control_host: str = "127.0.0.1",
    seed: str | None = None,
    ready: Callable[[dict], object] | None = None,
    control_names: Iterable[str] = (),
) -> None:
    """Run wires to one server, and their control, until SIGINT, SIGTERM or cancellation.

    `wires`: {name: port}, port 0: any. `target`: (host, port) of the server. `server_command`: starts the server;
    "{port}" in it stands for the target's port (0, the default: a free one). `origins`: of the pages that may use the
    control. `announce(sentence)` receives the addresses. `host`, `control_host`: where to listen; a control on another
    host than loopback requires a token, which is announced, if it has no `control_names`: its Host headers behind a
    proxy, whose pages cannot know the token. `seed`: of random faults. `ready(state)` receives
    {"wires": {name: port}, "control": port, "server": (host, port), "token"} when everything listens.
    Raises StartError if a port is in use or the server does not start.
    """
    system.allow_many_connections()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lab.settings")  # the control has the same bounds as the server
    if target is None and not server_command:
        raise StartError("A wire needs a server: target or server_command.")
    server, capture, shared = SupervisedServer(target or ("127.0.0.1", 0), server_command), Capture(), Shared()
    token = None if control_host in LOOPBACK or control_names else secrets.token_urlsafe(16)
    open_wires = {name: Wire(name, host, port, server.target, capture, shared, seed) for name, port in wires.items()}
    control = Control(open_wires, server, capture, origins, token, control_names)
    with stop_event() as stopped:
        async with contextlib.AsyncExitStack() as stack:
            try:
                stack.push_async_callback(server.stop)
                for wire in open_wires.values():
                    await open_wire(stack, wire)
                await server.start()
                listening = await serve_control(stack, control, control_host, control_port)
            except (OSError, OverflowError, ServerStartError) as exc:
                reason = str(getattr(exc, "strerror", None) or exc).rstrip(".")
                raise StartError(f"The wires cannot start: {reason}.") from exc
            for name, wire in open_wires.items():
                announce(f"Wire {name}: http://{host}:{wire.port}/ to {server.target[0]}:{server.target[1]}")
            announce(f"Control: http://{control_host}:{listening}/state" + (f"?token={token}" if token else ""))
            if ready:
                ports = {name: wire.port for name, wire in open_wires.items()}
                ready({"wires": ports, "control": listening, "server": server.target, "token": token})
            for work in (server.watch(), expire(capture)):
                stack.push_async_callback(cancel, asyncio.create_task(work))
            await stopped.wait()


async def open_wire(stack: contextlib.AsyncExitStack, wire: Wire) -> None:
    """Open a wire, and close it with the stack; raise StartError."""
    try:
        await wire.open()
    except system.LISTEN_ERRORS as exc:
        raise StartError(system.cannot_listen(wire.host, wire.port, exc)) from exc
    stack.push_async_callback(wire.close)


async def serve_control(stack: contextlib.AsyncExitStack, control: Control, host: str, port: int) -> int:
    """Serve the control until the stack is closed; return its port; raise StartError."""
    config = uvicorn.Config(
        control, host=host, port=port, log_config=None, access_log=False, lifespan="off", ws="none",
        http="lab.server.http_protocol:HTTPProtocol",  # with the bounds of the lab's server
        timeout_graceful_shutdown=SHUTDOWN_GRACE, log_level="warning", server_header=False, proxy_headers=False,
    )  # fmt: skip
    try:
        listening = system.listen(host, port)
    except system.LISTEN_ERRORS as exc:
        raise StartError(system.cannot_listen(host, port, exc, "--control-port")) from exc
    server = ControlServer(config)
    serving = asyncio.create_task(server.serve([listening]))

    async def stop():
        control.stopping.set()
        server.should_exit = True
        await serving
        listening.close()

    stack.push_async_callback(stop)
    return listening.getsockname()[1]


@contextlib.contextmanager
def stop_event():
    """Yield an event that is set by each signal that ends a command."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    handled = []
    for number in system.END_SIGNALS:
        if signal.getsignal(number) == signal.SIG_IGN and number == signal.SIGHUP:
            continue  # started with `nohup`
        with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(number, stopped.set)
            handled.append(number)
    try:
        yield stopped
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


async def expire(capture: Capture) -> None:
    """Drop exchanges that are too old, from time to time."""
    while True:
        await asyncio.sleep(EXPIRY_INTERVAL)
        capture.drop_expired()


async def cancel(task: asyncio.Task) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main(**options) -> None:
    """Run the wires in an event loop of their own, uvloop's if it is installed; see `run`."""
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):
        from uvloop import new_event_loop as loop_factory
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(run(**options))
