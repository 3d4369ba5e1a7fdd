"""Base of the deployments: servers, with wires in front of them."""

import itertools
from contextlib import ExitStack

from faults import resource_usage
from lab.techniques import TECHNIQUES
from support.processes import ServerProcess
from support.wires import WireProcess

WIRES = [*TECHNIQUES, "slow"]  # one for each crowd, and one for slow readers


class Server(ServerProcess):
    """A server that keeps the errors in its log for the report."""

    complaints = ()

    def check(self):
        """Keep the errors in the log."""
        try:
            super().check()
        except AssertionError as complaint:
            self.complaints = (*self.complaints, str(complaint))


class Deployment:
    """Servers and the wires in front of them, running inside a `with` block."""

    def __enter__(self):
        """Start everything; if something does not start, end the rest."""
        with ExitStack() as starting:
            starting.enter_context(self.disk)
            self.begin(starting)
            self.turn = itertools.cycle(self.servers)
            self.wire = WireProcess(f"127.0.0.1:{self.url.rpartition(':')[2]}", WIRES)
            starting.callback(self.wire.stop)
            self.started = starting.pop_all()
        return self

    def __exit__(self, *exc_info):
        """End everything, the wires first."""
        self.started.close()

    def kill(self):
        """Kill the next server with SIGKILL, and start it again."""
        server = next(self.turn)
        server.kill()
        server.start()

    def terminate(self):
        """End the next server with SIGTERM, and start it again."""
        server = next(self.turn)
        server.stop()
        server.start()

    def complaints(self):
        """Return the new errors in the servers' logs, the last line of each."""
        complaints = []
        for server in self.servers:
            server.check()
            complaints += [complaint.strip().rpartition("\n")[2] for complaint in server.complaints]
            server.complaints = ()
        return complaints

    def resource_usage(self):
        """Return what the servers use now."""
        return resource_usage.read(
            [server.process.pid for server in self.servers], self.servers[0].environment["LAB_DATA"]
        )
