"""What passed through one connection, byte for byte, each of a kind."""

from lab.wire.kinds import OTHER


class Account:
    """Reads both directions of one connection as they pass."""

    reset = False

    def __init__(self, wire, number, browser):
        self.wire = wire

    def feed(self, direction, data, transit_ms):
        """Read what passed."""
        self.wire.bytes[direction][OTHER] += len(data)

    def end(self):
        """Hear that the connection is gone."""
