"""A small disk that a test can fill; if we may not mount one, a limit on the size of the server's files."""

import os
import resource
import subprocess
from contextlib import contextmanager, suppress

from support.processes import until


class SmallDisk:
    """A folder that is a file system of its own, if we may mount one."""

    def __init__(self, path, size):
        """Make no disk yet; `size`: bytes."""
        self.path, self.size, self.mounted = path, size, False

    def __enter__(self):
        """Mount it; if that is not allowed, the folder stays an ordinary one."""
        self.path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.size},mode=755", "lab-faults", str(self.path)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
        return self

    def __exit__(self, *exc_info):
        """Unmount it; its content is lost."""
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.path)], check=True)  # child processes may use it for a moment
            self.mounted = False

    @contextmanager
    def full(self, processes):
        """Leave no byte free meanwhile; on an ordinary folder, the processes with these ids can write to no file."""
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
        """Make the disk as small as its content, which is faster than filling it; return whether that worked."""
        disk = os.statvfs(self.path)
        return self._resized((disk.f_blocks - disk.f_bfree) * disk.f_frsize)

    def _resized(self, size):
        command = ["mount", "-o", f"remount,size={size}", str(self.path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
