"""The data folder and its files, which their owner alone may use: the secret key, and an SQLite database."""

import fcntl
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes

from django.core.management.utils import get_random_secret_key

FOLDER, FILE = 0o700, 0o600  # modes
EMPTY = "\0 \t\r\n"  # what a file system may leave of a file that a power cut interrupted, besides nothing
ENDINGS = ("", "-wal", "-shm")  # of the files of an SQLite database


def make_folder(path):
    """Make a folder for its owner alone, and those above it, if it is missing; raise OSError if that fails."""
    if not path.is_dir():
        path.mkdir(FOLDER, parents=True, exist_ok=True)
        sync(path.parent)


def make_file(path):
    """Make an empty file for its owner alone, and its folder, if it is missing; raise OSError if that fails."""
    make_folder(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE))


def tighten(path, mode):
    """Take from others what an older lab let them do with a file or a folder, if it is there and ours."""
    with suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(mode)


def sqlite_path(url):
    """Return the absolute path in an SQLite URL, sqlite:///PATH; raise ValueError with a sentence if there is none."""
    path = url.partition("://")[2]
    if not path.startswith("/") or path.startswith("/:memory:") or path.endswith("/"):
        raise ValueError("an SQLite database needs a file: sqlite:///PATH, with four slashes if PATH begins with one.")
    if "?" in path or "#" in path:
        raise ValueError("in the path of an SQLite database ? is written %3F, and # is written %23.")
    return Path(os.fsdecode(unquote_to_bytes(os.fsencode(path[1:])))).absolute()


def secret_key(path):
    """Return the key kept in `path`; make one if there is none, or if a power cut left the file empty.

    Raises OSError, which names the file, and UnicodeDecodeError if it is not UTF-8.
    """
    if not kept(path):
        with locked(path):
            if not kept(path):  # else another process was first: its key counts
                write(path, get_random_secret_key())
    tighten(path, FILE)
    return kept(path)


def kept(path):
    """Return the text in a file; nothing if there is no file, or nothing but what a power cut leaves."""
    with suppress(FileNotFoundError):
        text = path.read_text(encoding="utf-8")
        return text if text.strip(EMPTY) else ""


def write(path, text):
    """Write a file for its owner alone, so that a power cut leaves all of it or nothing; the caller has its lock."""
    fresh = path.with_name(f"{path.name}.new")
    with open(fresh, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, FILE)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


def sync(folder):
    """Write to the disk which files a folder has; some file systems cannot do that for a folder alone."""
    opened = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        os.fsync(opened)
    os.close(opened)


@contextmanager
def locked(path):
    """Hold the lock of a file against other processes of this machine; raise OSError if there can be none."""
    lock = os.open(f"{path}.lock", os.O_WRONLY | os.O_CREAT, FILE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
