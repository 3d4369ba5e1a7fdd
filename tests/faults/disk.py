"""A small disk of the test's own that can be filled; where we may mount none, a limit on the server's files."""

import os
import resource
import subprocess
from contextlib import contextmanager, suppress

from support.processes import until


class SmallDisk:
    """A folder that is a file system of its own, where we may mount one."""

    def __init__(self, path, size):
        """Make no disk yet; `size` is in bytes."""
        self.path, self.size, self.mounted = path, size, False

    def __enter__(self):
        """Mount it; where that is not allowed the folder stays a plain one."""
        self.path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.size},mode=755", "lab-faults", str(self.path)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
        return self

    def __exit__(self, *exc_info):
        """Unmount it; what it held is gone."""
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.path)], check=True)  # orphans may be there for a moment
            self.mounted = False

    @contextmanager
    def full(self, processes):
        """Leave no byte free meanwhile; on a plain folder, let the processes with these ids write none to any file."""
        if self.mounted:
            with self._filled():
                yield
        else:
            before = {process: resource.prlimit(process, resource.RLIMIT_FSIZE) for process in processes}
            for process, (_soft, hard) in before.items():
                resource.prlimit(process, resource.RLIMIT_FSIZE, (0, hard))
            try:
                yield
            finally:
                for process, limits in before.items():
                    with suppress(ProcessLookupError):
                        resource.prlimit(process, resource.RLIMIT_FSIZE, limits)

    @contextmanager
    def _filled(self):
        until(self._fitted, "the disk is written to so fast that it cannot be made as small as what it holds")
        try:
            yield
        finally:
            self._resized(self.size)

    def _fitted(self):
        """Make the disk as small as what it holds, at once where writing it full takes time; tell whether it fitted."""
        disk = os.statvfs(self.path)
        return self._resized((disk.f_blocks - disk.f_bfree) * disk.f_frsize)

    def _resized(self, size):
        command = ["mount", "-o", f"remount,size={size}", str(self.path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
