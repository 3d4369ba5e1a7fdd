"""The processor time, memory and sockets of the server, and the processor time of the machine."""

from dataclasses import dataclass

import psutil

BUSY = ("user", "nice", "system", "irq", "softirq", "steal")  # processor time that is not idle


@dataclass
class ProcessorTime:
    """Seconds of processor time up to one instant; the difference of two is that of a window."""

    server: float
    machine: float  # all programs

    def __sub__(self, other):
        """Subtract field by field."""
        return ProcessorTime(self.server - other.server, self.machine - other.machine)


class ServerUsage:
    """Reads what a server and its child processes use; of a server on another machine (0) everything is 0."""

    def __init__(self, server=0):
        """Watch the process with the id `server`."""
        self.server = psutil.Process(server) if server else None
        self.memory_before = self.memory()

    @property
    def processes(self):
        """The server's processes."""
        return [self.server, *self.server.children(recursive=True)] if self.server else []

    def processor_time(self):
        """Return the ProcessorTime so far."""
        times = psutil.cpu_times()._asdict()
        return ProcessorTime(
            sum(sum(process.cpu_times()[:2]) for process in self.processes),
            sum(seconds for name, seconds in times.items() if name in BUSY),
        )

    def memory(self):
        """Return the resident memory (RSS) of all server processes in bytes."""
        return sum(process.memory_info().rss for process in self.processes)

    def sockets(self):
        """Return the number of the server's open TCP connections."""
        connections = (each for process in self.processes for each in process.net_connections("tcp"))
        return sum(each.status == psutil.CONN_ESTABLISHED for each in connections)
