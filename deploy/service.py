"""Base of the services: a program on this machine that is started, stopped, killed, frozen, and started again."""

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
from lab.net.system import StartError, free_port

HOST = "127.0.0.1"
TIMEOUT = 30.0  # seconds for a program to start, and to end
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/sbin", "/usr/local/sbin")  # besides PATH


class Service:
    """One program on one port, with a temporary folder of its own; each method affects all its processes."""

    name: str  # of the program
    package: str  # of Debian that contains the program
    ending = signal.SIGTERM  # the signal that ends the program quickly and cleanly
    parent: Path | None = None  # of the service's folder; None: the system's folder for temporary files
    folder: Path  # from the first start on
    process: subprocess.Popen  # from the first start on

    def __init__(self, port=0):
        """Find the program; port 0 takes a free one."""
        self.program = self.find()
        self.port = port or free_port()
        self.user: int | None = None  # the id of the user it runs as; None: ours
        self.started = False
        self.folder_exit = contextlib.ExitStack()  # deletes the folder

    def find(self):
        """Return the path of the program; raise StartError if it is missing."""
        folders = [str(folder) for pattern in FOLDERS for folder in sorted(Path("/").glob(pattern[1:]), reverse=True)]
        program = shutil.which(self.name) or shutil.which(self.name, path=os.pathsep.join(folders))
        if program is None:
            raise StartError(
                f"{self.name} is missing: install it, on Debian with 'sudo apt-get install {self.package}'."
            )
        return Path(program)

    def __enter__(self):
        """Start."""
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *exc_info):
        """Stop, and delete the folder."""
        self.stop()
        self.folder_exit.close()

    def start(self):
        """Start and wait until it responds; raise StartError, with the last line of its log, if it does not."""
        if self.started:
            with contextlib.suppress(ProcessLookupError):  # child processes of a killed one would hold the port
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            prefix = f"lab-{self.name.replace(' ', '-')}-"
            self.folder = self.folder_exit.enter_context(orphans.temporary_folder(prefix, self.parent))
            self.prepare()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), **self.popen_options(log))
        self.started = True
        orphans.adopt(self.process.pid)
        deadline = time.monotonic() + TIMEOUT
        while not self.responds():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"{self.name} does not start: {last_line(self.log)}")
            time.sleep(0.02)
        return self

    def prepare(self):
        """Write the program's files into its folder, before the first start."""

    def popen_options(self, log):
        """Return the options of Popen for this service."""
        # In its own session, so that Ctrl-C reaches only the process that started it, which ends it.
        options = {
            "cwd": self.folder,
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": log,
            "start_new_session": True,
        }
        return options | ({} if self.user is None else {"user": self.user, "extra_groups": []})

    def command(self):
        """Return the command that runs it in the foreground."""
        raise NotImplementedError

    def responds(self):
        """Return whether it accepts connections."""
        try:
            with socket.create_connection((HOST, self.port), 1):
                return True
        except OSError:
            return False

    def stop(self, by=None):
        """End it by its own signal, or another one, and wait for its end."""
        if not self.started:
            return
        self.thaw()
        if self.process.poll() is None:
            self.process.send_signal(by or self.ending)
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """End it at once, like a power failure."""
        self.signal(signal.SIGKILL)
        self.process.wait(TIMEOUT)

    def freeze(self):
        """Suspend it: its connections stay open, and nothing responds."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        """Resume it."""
        self.signal(signal.SIGCONT)

    @property
    def log(self):
        """The file of its output."""
        return self.folder / "log"

    def signal(self, number):
        """Send a signal to all its processes."""
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            for process in [first, *first.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)


def last_line(path):
    """Return the last line of a log."""
    lines = [line.strip() for line in path.read_text(errors="replace").split("\n") if line.strip()]
    return lines[-1] if lines else "its log is empty."
