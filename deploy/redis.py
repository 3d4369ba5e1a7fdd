"""A Redis for the channel layer of several processes."""

import socket

from deploy.service import HOST, Service


class RedisProcess(Service):
    """A Redis that stores nothing on disk."""

    name = package = "redis-server"

    def command(self):
        """Return the command."""
        return [self.program, "--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]

    def responds(self):
        """Return whether it responds to a ping."""
        try:
            with socket.create_connection((HOST, self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False

    @property
    def url(self):
        """Its address, for REDIS_URL."""
        return f"redis://{HOST}:{self.port}/0"
