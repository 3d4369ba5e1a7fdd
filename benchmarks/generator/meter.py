"""The server and the machine as they are seen from outside: processor, memory, sockets."""

from dataclasses import dataclass

import psutil

BUSY = ("user", "nice", "system", "irq", "softirq", "steal")  # what a processor does when it does not idle


@dataclass
class Used:
    """Seconds of processor up to one instant; the difference of two is a window."""

    server: float
    machine: float  # all programs

    def __sub__(self, other):
        """Subtract field by field."""
        return Used(self.server - other.server, self.machine - other.machine)


class Meter:
    """Reads what a server and its children use; a server that is not this machine's to look at (0) uses nothing."""

    def __init__(self, server=0):
        """Look at the process with the id `server`."""
        self.server = psutil.Process(server) if server else None
        self.before = self.memory()

    @property
    def processes(self):
        """The server's processes."""
        return [self.server, *self.server.children(recursive=True)] if self.server else []

    def used(self):
        """Return the processor time used so far."""
        times = psutil.cpu_times()._asdict()
        return Used(
            sum(sum(process.cpu_times()[:2]) for process in self.processes),
            sum(seconds for name, seconds in times.items() if name in BUSY),
        )

    def memory(self):
        """Return the bytes of memory that the server keeps (RSS, of all its processes)."""
        return sum(process.memory_info().rss for process in self.processes)

    def sockets(self):
        """Return how many TCP connections the server has open."""
        connections = (each for process in self.processes for each in process.net_connections("tcp"))
        return sum(each.status == psutil.CONN_ESTABLISHED for each in connections)
