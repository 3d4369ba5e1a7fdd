"""The data folder and its files, for their owner alone: the secret key, and an SQLite database."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes

from django.core.management.utils import get_random_secret_key

FOLDER_MODE, FILE_MODE = 0o700, 0o600
BLANK = "\0 \t\r\n"  # what some file systems leave in a file after a power cut
SQLITE_SUFFIXES = ("", "-wal", "-shm")  # of the files of an SQLite database


def make_folder(path: Path) -> None:
    """Make a missing folder and its missing parents, for their owner alone; raise OSError if that fails."""
    if not path.is_dir():
        path.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        sync_folder(path.parent)


def make_file(path: Path) -> None:
    """Make a missing file, empty, and its missing folder, for their owner alone; raise OSError if that fails."""
    make_folder(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE))


def restrict(path: Path, mode: int) -> None:
    """Set the mode of a file or folder that others may use, if it is there and ours: older labs left them open."""
    with suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(mode)


def sqlite_path(url: str) -> Path:
    """Return the absolute path in the URL of an SQLite database; raise ValueError, with a sentence, if it has none."""
    path = url.partition("://")[2]
    if not path.startswith("/") or path.startswith("/:memory:") or path.endswith("/"):
        raise ValueError("an SQLite database needs a file: sqlite:///PATH, with four slashes if PATH begins with one.")
    if "?" in path or "#" in path:
        raise ValueError("in the path of an SQLite database ? is written %3F, and # is written %23.")
    return Path(os.fsdecode(unquote_to_bytes(os.fsencode(path[1:])))).absolute()


def secret_key(path: Path) -> str:
    """Return the key in a file; make a new one if the file is missing, or blank after a power cut.

    Raises OSError, which names the file, and UnicodeDecodeError if the file is not UTF-8.
    """
    if not read_text(path):
        with file_lock(path):
            if not read_text(path):  # otherwise another process was faster
                write_atomically(path, get_random_secret_key())
    restrict(path, FILE_MODE)
    return read_text(path)


def read_text(path: Path) -> str:
    """Return the text in a file; "" if the file is missing or blank."""
    with suppress(FileNotFoundError):
        text = path.read_text(encoding="utf-8")
        return text if text.strip(BLANK) else ""
    return ""


def write_atomically(path: Path, text: str) -> None:
    """Write a file for its owner alone, so that a power cut leaves all of it or nothing; the caller holds its lock."""
    new = path.with_name(f"{path.name}.new")
    with open(new, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, FILE_MODE)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write a folder's list of files to the disk, if its file system can."""
    opened = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        os.fsync(opened)
    os.close(opened)


@contextmanager
def file_lock(path: Path | str) -> Iterator[None]:
    """Lock a file against other processes of this machine; raise OSError if that fails."""
    lock = os.open(f"{path}.lock", os.O_WRONLY | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
