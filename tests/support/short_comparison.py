"""A comparison that takes a few seconds, by the command itself."""

import os
import subprocess
import sys

from support.processes import COMMAND, ROOT

SCENARIO = """
purpose = "For a moment."
prediction = "Polling waits."
clients = 4
rooms = 2
rate = 10.0
interval = 0.2
warmup = 0.2
duration = 1.0
"""


def write_scenario(folder, more=""):
    """Write the scenario, with `more` lines of TOML, into a folder; return its path."""
    path = folder / "moment.toml"
    path.write_text(SCENARIO + more)
    return path


def compare(folder, environment, more=""):
    """Compare with these environment variables besides; return (folder of the results, output of the terminal)."""
    command = [sys.executable, "manage.py", "compare", "--scenario", write_scenario(folder, more), "--out", folder]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=2 * COMMAND
    )
    assert done.returncode == 0, done.stderr
    (results,) = folder.glob("*-moment")
    return results, done.stdout
