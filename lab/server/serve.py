"""Runs the server: uvicorn with the lab's protocols, migrated tables, and a shutdown that ends each stream properly."""

import asyncio
import os
import signal
from contextlib import contextmanager, suppress

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from uvicorn.supervisors import multiprocess

from lab.net import data_folder, system
from lab.net.system import StartError
from lab.server.http_protocol import HTTPProtocol

MIGRATING = 20_250_401  # number of the PostgreSQL lock that a server holds while it changes the tables
KEEP_ALIVE = 75  # seconds that a connection may idle between two polls
WORKER_SECONDS = 30  # in which a worker must respond, also while it starts; then it is replaced


class Server(uvicorn.Server):
    """uvicorn's server, which lets each technique end its streams before it closes the connections."""

    async def startup(self, sockets=None):
        """Open SQLite's files before any request, so that this process notices if they are moved later."""
        from lab.chat.database import Unavailable
        from lab.chat.hub import process_hub

        if connection.vendor == "sqlite":
            with suppress(Unavailable):
                await process_hub().store.heads([""])
        await super().startup(sockets)

    async def shutdown(self, sockets=None):
        """Accept no new requests, end the streams, then close."""
        from lab.chat.hub import process_hub

        for server in self.servers:
            server.close()
        for protocol in list(self.server_state.connections):
            if isinstance(protocol, HTTPProtocol):
                protocol.shutdown()  # closes at once if it idles, else after its response
        process_hub().shut_down()
        for _ in range(round(10 * settings.SHUTDOWN_GRACE)):
            if not self.server_state.tasks:
                break
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)


class Worker(multiprocess.Process):
    """One of several server processes."""

    @property
    def server(self):
        """The server of this process, made in this process."""
        self._server = self._server or Server(self.config)
        return self._server

    def always_pong(self):
        """Reply to the supervisor's pings, and end if it has ended."""
        self.parent_conn.close()  # this process's copy of the supervisor's end would keep the pipe open
        with suppress(EOFError, OSError):
            super().always_pong()
        os.kill(os.getpid(), signal.SIGTERM)


class Supervisor(multiprocess.Multiprocess):
    """Starts the server processes, and replaces one that has ended."""

    def __init__(self, config, sockets):
        super().__init__(config, sockets)
        self.has_terminal = has_terminal()

    def handle_hup(self):
        """Restart the workers one after the other; if the terminal was closed, end."""
        if self.has_terminal and not has_terminal():
            self.should_exit.set()
        else:
            super().handle_hup()


def has_terminal():
    """Return whether this process has a controlling terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def serve(host, port, workers=1, announce=print, also=None):
    """Migrate, listen on `host` and `port` (0: any free one), call `announce(url)`, and serve until a signal comes.

    `also`: another host to listen on, at the same port. Raises StartError if the port is taken or the database cannot
    be used.
    """
    listening = [listen(host, port)]
    port = listening[0].getsockname()[1]
    if also:
        listening.append(listen(also, port))
    migrate()
    system.allow_many_connections()
    config = uvicorn.Config(
        "lab.asgi:application",
        workers=workers,
        timeout_worker_healthcheck=WORKER_SECONDS,
        log_config=None,  # Django's LOGGING rules
        timeout_keep_alive=KEEP_ALIVE,
        log_level="warning",
        access_log=False,
        proxy_headers=settings.BEHIND_PROXY,
        http="lab.server.http_protocol:HTTPProtocol",
        ws="lab.server.websocket_protocol:WebSocketProtocol",
        ws_max_size=settings.BODY_MAX,
        ws_per_message_deflate=False,  # compression would hide the technique's own bytes, and costs memory
        timeout_graceful_shutdown=settings.SHUTDOWN_GRACE,
        backlog=system.BACKLOG,
    )
    announce(f"http://{address(host)}:{port}/")
    try:
        if workers > 1:
            multiprocess.Process = Worker  # type: ignore[misc]  # the class of process that the supervisor starts
            Supervisor(config, listening).run()
        else:
            if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as it is after `nohup`
                signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
            Server(config).run(listening)
    except KeyboardInterrupt:
        os._exit(0)  # at once: a normal exit would wait for the store's threads, and they for a database that hangs
    finally:
        for sock in listening:
            sock.close()


def listen(host, port):
    """Return a socket that listens on `host` and `port`. Raises StartError if they cannot be used."""
    try:
        return system.listen(host, port)
    except system.LISTEN_ERRORS as exc:
        raise StartError(system.cannot_listen(host, port, exc)) from exc


def address(host):
    """Return the host as it is written in a URL."""
    if host in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def migrate():
    """Migrate the database; if several servers start together, one after the other. Raises StartError."""
    try:
        with migration_lock():
            call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, OSError) as exc:
        raise StartError(cannot_use_database(exc)) from exc


def cannot_use_database(exc):
    """Return one sentence that says why the database cannot be used."""
    reason = str(exc).partition("\n")[0]
    named = f" ({settings.DATABASES['default']['NAME']})" if connection.vendor == "sqlite" else ""
    return f"The database cannot be used: {reason}{named}."


@contextmanager
def migration_lock():
    """Hold the lock that lets one server at a time change the tables of this database."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")  # another server's migration may take long
                cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
                yield
        else:
            with data_folder.file_lock(settings.DATABASES["default"]["NAME"]):
                yield
    finally:
        connection.close()  # releases PostgreSQL's lock; the chat's threads open their own connections
