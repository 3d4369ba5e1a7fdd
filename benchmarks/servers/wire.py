"""A wire of the lab between the readers and the server: it brings the delay, and cuts."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
from urllib.parse import urlsplit

from benchmarks.scenarios.settings import CannotCompare
from benchmarks.servers.process import PATIENCE, started


@contextlib.contextmanager
def wired(server, delay_ms):
    """Lay a wire to the server at an address, in a process of its own; yield (its address, that of its control)."""
    command = [sys.executable, "manage.py", "wire", "--to", urlsplit(server).netloc, "--port", "0"]
    with started([*command, "--control-port", "0"], None, stdout=subprocess.PIPE) as process:
        found = [re.search(r"http://[^/\s]+", process.stdout.readline()) for _ in ("wire", "control")]
        if not all(found):
            raise CannotCompare("The wire does not start.")
        wire, control = (address.group() for address in found)
        if delay_ms:
            post(f"{control}/wires/all/link", {"delay_ms": delay_ms})
        yield wire, control


def post(url, fields):
    """Ask a wire's control to change something; raise CannotCompare where it does not."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    try:
        connection.request("POST", address.path, json.dumps(fields), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise CannotCompare(f"The wire does not obey: {answer.read().decode()}")
    except OSError as exc:
        raise CannotCompare(f"The wire does not obey: {exc}.") from exc
    finally:
        connection.close()
