"""Wires in a separate process, in front of the lab's server or of another server."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from lab.net import orphans
from support.processes import BUGS, PATIENCE, ROOT

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class WireProcess:
    """`manage.py wire` on free ports, and its control."""

    def __init__(self, target, names, *options, **environment):
        command = [sys.executable, "manage.py", "wire", "--to", target, "--port", "0", "--control-port", "0"]
        self.names = names
        self.process = subprocess.Popen(
            [*command, "--names", ",".join(names), *options],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        orphans.adopt(self.process.pid)
        lines = [self.process.stdout.readline() for _ in range(len(names) + 1)]
        assert all(lines), self.process.stderr.read()
        *self.ports, control = [int(re.search(r":(\d+)/", line)[1]) for line in lines]
        self.control = f"http://127.0.0.1:{control}"
        self.output = lines

    def url(self, name):
        """The address of a wire."""
        return f"http://127.0.0.1:{self.port(name)}"

    def port(self, name):
        """The port of a wire."""
        return self.ports[self.names.index(name)]

    def request(self, path, fields=None, **headers):
        """Send a request to the control; return (status, JSON or bytes, headers)."""
        body = None if fields is None else json.dumps(fields).encode()
        request = urllib.request.Request(self.control + path, body, headers)
        try:
            response = DIRECT.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as refusal:
            response = refusal
        with response:
            data = response.read()
            is_json = response.headers["Content-Type"] == "application/json" and data
            return response.status, json.loads(data) if is_json else data, response.headers

    def post(self, path, **fields):
        """Send a POST to the control; return the new state."""
        status, state, _headers = self.request(path, fields)
        assert status == 200, state
        return state

    def state(self, name):
        """Return one wire's state."""
        return next(wire for wire in self.request("/state")[1]["wires"] if wire["name"] == name)

    def settled(self, name):
        """Return a wire's state after all its connections have ended."""
        deadline = time.monotonic() + PATIENCE
        while (state := self.state(name))["connections"]:
            assert time.monotonic() < deadline, f"{name}: {state['connections']} connections stay"
            time.sleep(0.05)
        return state

    def exchanges(self, name=None):
        """Return the exchanges so far, in order, of one wire or of all."""
        exchanges, number = [], 1
        while (response := self.request(f"/exchanges/{number}"))[0] == 200:
            exchanges.append(response[1])
            number += 1
        return [exchange for exchange in exchanges if name in (None, exchange["wire"])]

    def stop(self):
        """End the wires with SIGTERM; fail if their log shows a bug."""
        self.process.terminate()
        try:
            log = self.process.communicate(timeout=PATIENCE)[1]
        finally:
            self.process.kill()
        assert self.process.returncode == 0, log
        assert not any(word in log for word in BUGS), log


@contextmanager
def laying():
    """Yield a function that lays wires to a port, one for each name; they end with the block."""
    laid = []

    def to(port, *names, options=(), **environment):
        laid.append(WireProcess(f"127.0.0.1:{port}", names or ("wire",), *options, **environment))
        return laid[-1]

    try:
        yield to
    finally:
        for wire in laid:
            wire.stop()
