"""Simulates a system whose kernel does not count the bytes of connections, and has no timestamps of arrivals."""

from support.patched_python import patched

# Python runs a file of this name when it starts. It changes the lab's module once that is loaded: after Locust has
# patched the sockets.
SITECUSTOMIZE = """
import sys
from importlib.machinery import PathFinder


class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "lab.net.sockets":
            return None
        spec = PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            module.ON_LINUX = False

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
"""


def environment(folder):
    """Return the environment variables for such a system; a file for them is written into `folder`."""
    return patched(folder, SITECUSTOMIZE)
