"""A program of this machine that is started for a while: it can be stopped, killed, frozen, and started again."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

from lab.net import orphans
from lab.net.system import free_port

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds for a program to start, and to end
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/sbin", "/usr/local/sbin")  # besides the PATH


class CannotRun(Exception):
    """A program is missing or does not start; the text is one sentence that says why."""


class Service:
    """One program on one port, with a folder of its own that goes with it; all its processes are meant by each verb."""

    name = package = None  # of the program, and of Debian's package that brings it
    ending = signal.SIGTERM  # the signal that ends it soon and cleanly
    place = None  # the folder in which its own is made; None: the system's for what is temporary

    def __init__(self, port=0):
        """Find the program; port 0 takes a free one."""
        self.program = self.find()
        self.port = port or free_port()
        self.user = None  # the id of the user it runs as; None: ours
        self.folder = self.process = None
        self.kept = contextlib.ExitStack()  # the folder

    def find(self):
        """Return the path of the program; raise CannotRun where there is none."""
        folders = [str(folder) for place in PLACES for folder in sorted(Path("/").glob(place[1:]), reverse=True)]
        found = shutil.which(self.name) or shutil.which(self.name, path=os.pathsep.join(folders))
        if found is None:
            raise CannotRun(f"{self.name} is missing: install it, on Debian by 'sudo apt-get install {self.package}'.")
        return Path(found)

    def __enter__(self):
        """Start."""
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *exc_info):
        """Stop, and keep nothing."""
        self.stop()
        self.kept.close()

    def start(self):
        """Start and wait until it answers; raise CannotRun, with the last thing it said, where it does not."""
        if self.folder is None:
            prefix = f"lab-{self.name.replace(' ', '-')}-"
            self.folder = self.kept.enter_context(orphans.temporary_folder(prefix, self.place))
            self.prepare()
        if self.process:
            with contextlib.suppress(ProcessLookupError):  # what a killed one left behind would hold the port
                os.killpg(self.process.pid, signal.SIGKILL)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), **self.surroundings(log))
        orphans.adopt(self.process.pid)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise CannotRun(f"{self.name} does not start: {last_line(self.log)}")
            time.sleep(0.02)
        return self

    def prepare(self):
        """Make in its folder what it needs, once."""

    def surroundings(self, log):
        """Return how a process of this service is started."""
        # In a session of its own: Ctrl-C reaches whoever started it, and that one ends it.
        ours = {
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": log,
            "start_new_session": True,
        }
        return ours | ({} if self.user is None else {"user": self.user, "extra_groups": []})

    def command(self):
        """Return the command that runs it in the foreground."""
        raise NotImplementedError

    def answers(self):
        """Tell whether somebody listens."""
        try:
            with socket.create_connection((HOST, self.port), 1):
                return True
        except OSError:
            return False

    def stop(self, by=None):
        """End it by its own signal, or another, and wait for its end."""
        if self.process is None:
            return
        self.thaw()
        if self.process.poll() is None:
            self.process.send_signal(by or self.ending)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """End it at once, as a power cut would."""
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def freeze(self):
        """Let it hang: its connections stay open, and nobody answers."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        """Let it go on."""
        self.signal(signal.SIGCONT)

    @property
    def log(self):
        """The file of all that it says."""
        return self.folder / "log"

    def signal(self, number):
        """Send a signal to all its processes."""
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            for process in [first, *first.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)


def last_line(path):
    """Return the last thing that a log says."""
    lines = [line.strip() for line in path.read_text(errors="replace").split("\n") if line.strip()]
    return lines[-1] if lines else "it says nothing."
