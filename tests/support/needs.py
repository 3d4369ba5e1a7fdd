"""The marks for what a test needs besides Python: `server`, `browser` and `services`.

A test gets them from its fixtures, or by hand if it starts a process itself. A test that starts a process without the
mark for it fails, whichever tests are run.
"""

import os
import sys
from pathlib import Path

import pytest

FIXTURES = {
    **dict.fromkeys(("server", "small", "start", "lay", "lay_for_all"), ("server",)),
    **dict.fromkeys(("scaled", "redis"), ("server", "services")),
    **dict.fromkeys(("_windows", "_window"), ("browser",)),
}
PYTHON = Path(sys.executable).parent  # the folder of the lab's own programs, too
EVERYWHERE = {"git", "sh"}
BROWSERS = {"chromedriver"}
_marked = None  # the marks of the running test


def mark(item):
    """Give a test the marks for the processes that its fixtures start."""
    needs = {need for name in item.fixturenames for need in FIXTURES.get(name, ())}
    if getattr(item, "callspec", None) and item.callspec.params.get("server") == "scaled":
        needs.add("services")
    if "browser" in needs or item.get_closest_marker("browser"):
        needs.add("server")  # it opens the server's pages
    for need in needs:
        item.add_marker(need)


def watch(item):
    """From now on, check which processes a test starts."""
    global _marked
    _marked = {marker.name for marker in item.iter_markers()}


def need_of(arguments):
    """Return the mark that a test needs to start a program; None if it needs none, as for `python -c`."""
    program, *options = map(os.fspath, arguments)
    if any("manage.py" in option for option in options):
        return "server"
    if Path(program).parent == PYTHON:
        return None if options[0] == "-c" else "server"
    if Path(program).name in BROWSERS:
        return "browser"
    return None if Path(program).name in EVERYWHERE else "services"


def _refuse(event, arguments):
    if event != "subprocess.Popen" or _marked is None:
        return
    need = need_of(arguments[1])
    if need and need not in _marked:
        pytest.fail(f"{Path(os.fspath(arguments[1][0])).name} is started by a test that is not marked `{need}`.")


sys.addaudithook(_refuse)
