"""Connections to the server: Happy Eyeballs (RFC 8305) over the addresses of its name, for asyncio."""

import asyncio
import ipaddress
import socket
from functools import lru_cache

from lab.net import happy_eyeballs


async def dial(protocol, host, port):
    """Connect `protocol()` to a server as loop.create_connection does; raise OSError if no address answers."""
    loop = asyncio.get_running_loop()
    if is_numeric(host):
        return await loop.create_connection(protocol, host, port)
    try:
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:  # a label of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from exc
    sock = await connect_first(loop, happy_eyeballs.interleaved(addresses))
    try:
        return await loop.create_connection(protocol, sock=sock)
    except BaseException:
        sock.close()
        raise


async def connect_first(loop, addresses):
    """Return a socket connected to the first of the addresses that answers; raise the OSError of the last failure."""
    left, attempts = list(addresses), set[asyncio.Task[socket.socket]]()
    error: BaseException = OSError("no address")
    try:
        while left or attempts:
            if left:
                attempts.add(loop.create_task(connect(loop, left.pop(0))))
            done, _pending = await asyncio.wait(
                attempts, timeout=happy_eyeballs.ATTEMPT_DELAY if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                attempts.discard(task)
                failure = task.exception()
                if failure is None:
                    return task.result()
                error = failure
    finally:
        for task in attempts:
            task.add_done_callback(close_socket)
            task.cancel()
    raise error


async def connect(loop, address):
    """Return a socket connected to one address."""
    family, kind, protocol, _name, sockaddr = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(sock, sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


def close_socket(attempt):
    """Close the socket of an attempt that was too late."""
    if not attempt.cancelled() and not attempt.exception():
        attempt.result().close()


@lru_cache
def is_numeric(host: str) -> bool:
    """Return whether a host is an IP address, which needs no lookup."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
