"""The manifest of a comparison: everything that is needed to repeat it."""

import json
import os
import platform
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.scenarios.plan import Run
from benchmarks.scenarios.scenario import Scenario
from benchmarks.scenarios.settings import CAMPAIGN_SETTINGS, ComparisonError
from benchmarks.servers.process import ROOT, choose_cores
from lab.net import sockets

FINISHED = "finished"  # the name of stage "" on the command line
SERVERS = ("uvicorn", "daphne", "hypercorn", "granian", "channels", "channels-redis", "django")
PACKAGES = (*SERVERS, "locust", "websockets", "gevent", "hdrhistogram")


def create(
    scenario: Scenario,
    file: str | Path,
    runs: Sequence[Run],
    techniques: Sequence[str] | None,
    stages: Mapping[str, Sequence[str]] | None,
    changes: Mapping[str, Any],
    bare: bool = False,
    processes: int = 1,
) -> dict[str, Any]:
    """Return the manifest of the Runs of a Scenario: settings, versions, machine.

    `file` is the scenario's name or file; `techniques`, `stages` and `changes` replace what the scenario says.
    """
    server_core, generator_core = choose_cores()
    return {
        "scenario": scenario.name,
        "scenario_text": scenario.text,
        "purpose": scenario.purpose,
        "prediction": scenario.prediction,
        "sweep": scenario.sweep,
        "points": [label for label in scenario.labels if label],
        "command": command(file, techniques, stages, changes, bare, processes),
        "chosen_techniques": techniques,
        "chosen_stages": stages,
        "changes": changes,
        "bare": bare,
        "processes": processes,
        "techniques": list(dict.fromkeys(run.technique for run in runs)),
        "repetitions": scenario.repetitions,
        "seed": scenario.seed,
        "versions": versions(),
        "machine": {
            "cores": os.cpu_count(),
            "cpu": cpu_name(),
            "kernel": f"{platform.system()} {platform.release()}",
            "memory_bytes": psutil.virtual_memory().total,
            "server_core": server_core,
            "generator_core": generator_core if processes == 1 else None,
        },
        **code_version(),
        # Without them, an arrival is the time after the read, and bytes are not counted.
        "kernel_stamps": sockets.ON_LINUX,
        "tcp_info": sockets.ON_LINUX,
        "link": "loopback, segments of at most 1,448 bytes",
    }


def command(
    file: str | Path,
    techniques: Sequence[str] | None,
    stages: Mapping[str, Sequence[str]] | None,
    changes: Mapping[str, Any],
    bare: bool,
    processes: int,
) -> str:
    """Return the command that repeats the comparison."""
    words = [".venv/bin/python", "manage.py", "compare", "--scenario", str(file)]
    if techniques:
        words += ["--techniques", ",".join(techniques)]
    if stages:
        chosen = dict.fromkeys(stage or FINISHED for names in stages.values() for stage in names)
        words += ["--stage", ",".join(chosen)]
    for name, value in changes.items():
        words += [f"--{name}", str(value)] if name in CAMPAIGN_SETTINGS else ["--set", f"{name}={json.dumps(value)}"]
    words += ["--bare"] * bare
    words += ["--processes", str(processes)] if processes > 1 else []
    return shlex.join(words)


def code_version() -> dict[str, Any]:
    """Return {"commit", "changed": whether files differ from it, "difference": a hash of that}.

    All three are None if there is no repository, as in a downloaded archive.
    """
    commit = git("rev-parse", "HEAD").decode().strip() if (ROOT / ".git").exists() else None
    if not commit:
        return {"commit": None, "changed": None, "difference": None}
    hashed = difference()
    return {"commit": commit, "changed": bool(hashed), "difference": hashed}


def difference() -> str | None:
    """Return a hash of all uncommitted changes, with untracked Python files; None if there are none."""
    parts = [git("diff", "HEAD", "--binary", "--no-ext-diff", "--no-color")]
    for name in git("ls-files", "--others", "--exclude-standard", "-z", "--", "*.py").split(b"\0"):
        with suppress(OSError):  # deleted in the meantime; or the name is empty, which is the folder
            parts.append(name + b"\0" + (ROOT / os.fsdecode(name)).read_bytes())
    return sha256(b"\0".join(parts)).hexdigest() if any(parts) else None


def check_same(recorded: Mapping[str, Any], folder: Path) -> None:
    """Raise ComparisonError if a recorded manifest is of another version of the lab, or of another machine."""
    here = {**code_version(), "cpu": cpu_name(), "versions": versions()}
    there = {name: recorded.get(name) for name in (*code_version(), "versions")}
    there["cpu"] = (recorded.get("machine") or {}).get("cpu")
    phrases = {
        "commit": "with the lab at commit {}, this is {}",
        "difference": "with other uncommitted changes than there are here",
        "cpu": "on {}, this is {}",
        "versions": "with other versions of its packages",
    }
    for name, phrase in phrases.items():
        if there[name] != here[name]:
            reason = phrase.format(there[name], here[name])
            raise ComparisonError(
                f"{folder} was measured {reason}: new runs could not be compared with its runs, start a new comparison."
            )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that matter, without those that are not installed."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return versions


def cpu_name() -> str:
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def git(*arguments: str) -> bytes:
    """Return the output of a git command; empty if git or the repository is missing."""
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False).stdout
    except OSError:
        return b""
