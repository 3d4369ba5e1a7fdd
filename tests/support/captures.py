"""Packet captures on the loopback interface, by tshark."""

import signal
import subprocess
import time
from contextlib import contextmanager

from support.processes import COMMAND, PATIENCE


@contextmanager
def capture_packets(path, ports):
    """Capture the packets of these ports on loopback into a file."""
    packets = " or ".join(f"tcp port {port}" for port in ports)
    command = ["tshark", "-i", "lo", "-q", "-B", "16", "-f", packets, "-w", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tshark:
        try:
            said = ""
            while "Capture started" not in said and "Capturing on" not in said:
                line = tshark.stderr.readline()
                assert line, f"tshark does not capture: {said}"
                said += line
            time.sleep(0.5)  # it reports the start slightly too early
            yield
            time.sleep(0.5)
        finally:
            tshark.send_signal(signal.SIGINT)
            tshark.wait(PATIENCE)


def fields_of(path, *names, only=None, options=()):
    """Return the rows of a capture with these fields, as text."""
    command = ["tshark", "-r", str(path), "-T", "fields", *options]
    command += [word for name in names for word in ("-e", name)] + (["-Y", only] if only else [])
    rows = subprocess.run(command, capture_output=True, text=True, check=True, timeout=COMMAND).stdout
    return [row.split("\t") for row in rows.split("\n") if row]
