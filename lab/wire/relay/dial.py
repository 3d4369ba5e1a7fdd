"""Connections to the server: each of its name's addresses is tried, and the first that answers is taken (RFC 8305)."""

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
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:  # a part of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from exc
    connection = await first(loop, happy_eyeballs.interleaved(found))
    try:
        return await loop.create_connection(protocol, sock=connection)
    except BaseException:
        connection.close()
        raise


async def first(loop, addresses):
    """Return a socket that is connected to the first of the addresses that answers."""
    left, attempts, fault = list(addresses), set(), OSError("no address")
    try:
        while left or attempts:
            if left:
                attempts.add(loop.create_task(attempt(loop, left.pop(0))))
            ended, _ = await asyncio.wait(
                attempts, timeout=happy_eyeballs.ATTEMPT_DELAY if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in ended:
                attempts.discard(task)
                if not task.exception():
                    return task.result()
                fault = task.exception()
    finally:
        for task in attempts:
            task.add_done_callback(close_late)
            task.cancel()
    raise fault


async def attempt(loop, address):
    """Return a socket that is connected to one address."""
    family, kind, protocol, _name, sockaddr = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(connection, sockaddr)
    except BaseException:
        connection.close()
        raise
    return connection


def close_late(task):
    """Close the socket of an attempt that was late."""
    if not task.cancelled() and not task.exception():
        task.result().close()


@lru_cache
def is_numeric(host):
    """Return whether a host is an IP address, which needs no look-up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
