"""A small disk of the test's own that can be filled; where we may mount none, a limit on the server's files."""

import os
import resource
import subprocess
from contextlib import contextmanager

SIZE = 128 << 20  # bytes
BLOCK = 1 << 16


class SmallDisk:
    """A folder that is a file system of its own, where we may mount one."""

    def __init__(self, path):
        self.path, self.mounted = path, False

    def mount(self):
        """Mount it; where that is not allowed the folder stays a plain one."""
        self.path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "lab-faults", str(self.path)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def unmount(self):
        """Unmount it; what it held is gone."""
        if self.mounted:
            subprocess.run(["umount", str(self.path)], check=True)
            self.mounted = False

    @contextmanager
    def full(self, process):
        """Leave no byte free meanwhile; on a plain folder, let the process with this id write no byte to any file."""
        if self.mounted:
            with self._filled():
                yield
        else:
            before = resource.prlimit(process, resource.RLIMIT_FSIZE)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (0, before[1]))
            yield
            resource.prlimit(process, resource.RLIMIT_FSIZE, before)

    @contextmanager
    def _filled(self):
        ballast = self.path / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * BLOCK)
            except OSError:  # ENOSPC
                pass
        try:
            yield
        finally:
            ballast.unlink()
