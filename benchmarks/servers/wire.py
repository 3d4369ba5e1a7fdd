"""A wire between readers and server, which adds the delay and can cut the connections."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
from urllib.parse import urlsplit

from benchmarks.scenarios.settings import ComparisonError
from benchmarks.servers.process import TIMEOUT, run_process


@contextlib.contextmanager
def run_wire(server, delay_ms):
    """Run a wire to the server at an address; yield (the wire's address, its control's address)."""
    command = [sys.executable, "manage.py", "wire", "--to", urlsplit(server).netloc, "--port", "0"]
    with run_process([*command, "--control-port", "0"], None, stdout=subprocess.PIPE) as process:
        addresses = [re.search(r"http://[^/\s]+", process.stdout.readline()) for _ in ("wire", "control")]
        wire, control = (address and address.group() for address in addresses)
        if not (wire and control):
            raise ComparisonError("The wire does not start.")
        if delay_ms:
            post(f"{control}/wires/all/link", {"delay_ms": delay_ms})
        yield wire, control


def post(url, fields):
    """Change a setting of a wire through its control; raise ComparisonError if that fails."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", address.path, json.dumps(fields), {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise ComparisonError(f"The wire refuses the change: {response.read().decode()}")
    except OSError as exc:
        raise ComparisonError(f"The wire does not respond: {exc}.") from exc
    finally:
        connection.close()
