"""Ends the processes, and deletes the folders, that this process would leave behind, even if it is killed.

A second process, the watchdog, holds the other end of a pipe. The system closes the pipe however this process ends,
SIGKILL included; then the watchdog does what is still on its list. This file is its program, too.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil

GRACE = 10.0  # seconds that orphans get to end by themselves

_pipe = None  # the watchdog's standard input
_starting = threading.Lock()


def adopt(process_id):
    """End a process and all its descendants when this process ends, if it still runs then."""
    _tell("process", process_id)


def make_folder(prefix="lab-", parent=None):
    """Make a folder that is deleted when this process ends; return its Path.

    `parent`: the folder that holds it (None: the system's place for temporary files).
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).absolute()
    _tell("folder", str(folder))
    return folder


@contextlib.contextmanager
def temporary_folder(prefix="lab-", parent=None):
    """Make a folder as `make_folder` does; yield its Path, and delete it at the end of the block."""
    folder = make_folder(prefix, parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(kind, what):
    line = json.dumps([kind, what]).encode() + b"\n"  # short, so written in one piece
    with _starting, contextlib.suppress(OSError):  # the watchdog was killed: all else goes on without it
        if _pipe is None:
            _start(line)
        else:
            os.write(_pipe, line)


def _start(line):
    global _pipe
    reading, _pipe = os.pipe()
    os.write(_pipe, line)  # before it starts, as this process may be killed meanwhile
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([sys.executable, __file__], stdin=reading, cwd="/", start_new_session=True, **quiet, check=False)
    os.close(reading)


def main():
    """Keep the list until the pipe is closed, then end and delete what is on it."""
    if os.fork():
        os._exit(0)  # the watchdog is nobody's child, so that nobody ends it or waits for it
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    births, folders = {}, []
    for line in sys.stdin:
        kind, what = json.loads(line)
        if kind == "process":
            births[what] = born(what)
        else:
            folders.append(what)
    end([process_id for process_id, birth in births.items() if birth and born(process_id) == birth])
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def born(process_id):
    """Return when a process was started; None if there is none: the system may give its number to another one."""
    try:
        return psutil.Process(process_id).create_time()
    except psutil.Error:
        return None


def end(process_ids):
    """Ask the processes to end; kill what is left of them and of their descendants after GRACE seconds."""
    family = []
    for process_id in process_ids:
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(process_id)
            family += [first, *first.children(recursive=True)]
            first.terminate()
            first.resume()  # one that is stopped could not end
    _gone, alive = psutil.wait_procs(family, timeout=GRACE)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()


if __name__ == "__main__":
    main()
