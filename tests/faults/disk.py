"""A small disk of the test's own that can be filled: a tmpfs where we may mount one, else a limit on files' size."""

import os
import subprocess
from contextlib import contextmanager

SIZE = 128 << 20  # bytes
BLOCK = 1 << 16


class SmallDisk:
    """A folder that is a file system of its own."""

    def __init__(self, path):
        self.path, self.mounted = path, False

    def mount(self):
        """Mount it; where that is not allowed the folder stays a plain one, and cannot be filled."""
        self.path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "lab-faults", str(self.path)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def unmount(self):
        """Unmount it; what it held is gone."""
        if self.mounted:
            subprocess.run(["umount", str(self.path)], check=True)
            self.mounted = False

    @contextmanager
    def full(self):
        """Leave no byte free meanwhile."""
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
