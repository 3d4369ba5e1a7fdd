"""The `websockets` library's own `broadcast` to every connection, with nothing around it."""

import asyncio

from websockets.asyncio.server import ServerConnection, broadcast, serve

connections: set[ServerConnection] = set()


async def handle(connection):
    """Broadcast every message to all connections."""
    connections.add(connection)
    try:
        async for message in connection:
            broadcast(connections, message)
    finally:
        connections.remove(connection)


async def main():
    """Serve until the process is stopped."""
    async with serve(handle, "127.0.0.1", 0, compression=None, backlog=4_096) as server:
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
