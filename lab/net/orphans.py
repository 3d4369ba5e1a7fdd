"""Ends the processes and deletes the folders that this process would leave behind, even if it is killed.

A second process, the watchdog, reads from a pipe which processes to end and which folders to delete. However this
process ends, also by SIGKILL, the system closes the pipe; then the watchdog does its work. This file is its program.
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
from collections.abc import Iterator
from pathlib import Path

import psutil

GRACE = 10.0  # seconds for orphans to end by themselves
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_pipe: int | None = None  # the watchdog's standard input
_starting = threading.Lock()


def adopt(process_id: int) -> None:
    """End a process and its descendants when this process ends."""
    with _signals_held_back():
        _send("process", process_id)


def make_folder(prefix: str = "lab-", parent: Path | None = None) -> Path:
    """Make a folder that is deleted when this process ends.

    `parent`: the folder in which to make it; None: the system's folder for temporary files.
    """
    with _signals_held_back():
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).absolute()
        _send("folder", str(folder))
    return folder


@contextlib.contextmanager
def temporary_folder(prefix: str = "lab-", parent: Path | None = None) -> Iterator[Path]:
    """Make a folder that is deleted at the end of the block, or when this process ends; yield its Path."""
    folder = make_folder(prefix, parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """Handle signals after the block: an interrupt inside could leave a folder without a watchdog."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _send(kind: str, value: int | str) -> None:
    line = json.dumps([kind, value]).encode() + b"\n"  # short enough for an atomic write
    with _starting, contextlib.suppress(OSError):  # if the watchdog was killed, everything else goes on without it
        if _pipe is None:
            _start(line)
        else:
            os.write(_pipe, line)


def _start(line: bytes) -> None:
    global _pipe
    read_end, _pipe = os.pipe()
    os.write(_pipe, line)  # before the watchdog starts, because this process may be killed meanwhile
    command, null = [sys.executable, __file__], subprocess.DEVNULL
    subprocess.run(command, stdin=read_end, stdout=null, stderr=null, cwd="/", start_new_session=True, check=False)
    os.close(read_end)


def main() -> None:
    """Run the watchdog: read until the pipe is closed, then end the processes and delete the folders."""
    if os.fork():
        os._exit(0)  # the watchdog is no child of the process that it watches, which neither ends it nor waits for it
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    start_times: dict[int, float | None] = {}
    folders: list[str] = []
    for line in sys.stdin:
        kind, value = json.loads(line)
        if kind == "process":
            start_times[value] = start_time(value)
        else:
            folders.append(value)
    end([process_id for process_id, started in start_times.items() if started and start_time(process_id) == started])
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def start_time(process_id: int) -> float | None:
    """Return when a process was started, None if there is no such process; an id may be used again by another one."""
    try:
        return psutil.Process(process_id).create_time()
    except psutil.Error:
        return None


def end(process_ids: list[int]) -> None:
    """End processes with SIGTERM; kill them and their descendants after GRACE seconds."""
    family: list[psutil.Process] = []
    for process_id in process_ids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(process_id)
            family += [process, *process.children(recursive=True)]
            process.terminate()
            process.resume()  # a stopped process would not react to SIGTERM
    _gone, alive = psutil.wait_procs(family, timeout=GRACE)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()


if __name__ == "__main__":
    main()
