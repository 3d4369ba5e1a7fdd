"""What every deployment is: servers, and wires before them."""

import itertools
from contextlib import ExitStack

from faults import resource_usage
from lab.techniques import TECHNIQUES
from support.processes import ServerProcess
from support.wires import WireProcess

WIRES = [*TECHNIQUES, "slow"]  # one for each crowd, and one for slow readers


class Server(ServerProcess):
    """A server whose log's complaints are kept for the report."""

    complaints = ()

    def check(self):
        """Keep what the log complains of."""
        try:
            super().check()
        except AssertionError as complaint:
            self.complaints = (*self.complaints, str(complaint))


class Deployment:
    """Servers and the wires before them, while it is entered."""

    def __enter__(self):
        """Start all of it; where something does not start, end what did."""
        with ExitStack() as starting:
            starting.enter_context(self.disk)
            self.begin(starting)
            self.turn = itertools.cycle(self.servers)
            self.wire = WireProcess(f"127.0.0.1:{self.url.rpartition(':')[2]}", WIRES)
            starting.callback(self.wire.stop)
            self.started = starting.pop_all()
        return self

    def __exit__(self, *exc_info):
        """End all of it, the wires first."""
        self.started.close()

    def kill(self):
        """SIGKILL one server after the other in turn, and start it again."""
        server = next(self.turn)
        server.kill()
        server.start()

    def terminate(self):
        """SIGTERM one server after the other in turn, and start it again."""
        server = next(self.turn)
        server.stop()
        server.start()

    def complaints(self):
        """Return, once, what the servers' logs complain of, the last line of each complaint."""
        found = []
        for server in self.servers:
            server.check()
            found += [complaint.strip().rpartition("\n")[2] for complaint in server.complaints]
            server.complaints = ()
        return found

    def resource_usage(self):
        """Return what the servers hold now."""
        return resource_usage.read(
            [server.process.pid for server in self.servers], self.servers[0].environment["LAB_DATA"]
        )
