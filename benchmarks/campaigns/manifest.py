"""The manifest: all that is needed to run a comparison again."""

import json
import os
import platform
import shlex
import subprocess
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version

import psutil

from benchmarks.scenarios.settings import OF_THE_WHOLE, CannotCompare
from benchmarks.servers.process import ROOT, cores
from lab.net import sockets

FINISHED = "finished"  # what "" is called on the command line
SERVERS = ("uvicorn", "daphne", "hypercorn", "granian", "channels", "channels-redis", "django")
PACKAGES = (*SERVERS, "locust", "websockets", "gevent", "hdrhistogram")


def manifest(scenario, file, runs, techniques, stages, changes, bare=False, processes=1):
    """Return what the Runs of a Scenario are, which versions make them, and on which machine.

    `file`: where the scenario was read; `techniques`, `stages`, `changes`: what was chosen in place of what it says.
    """
    server_core, generator_core = cores()
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
            "cpu": cpu(),
            "kernel": f"{platform.system()} {platform.release()}",
            "memory_bytes": psutil.virtual_memory().total,
            "server_core": server_core,
            "generator_core": generator_core if processes == 1 else None,
        },
        **code(),
        # Where these are missing: the clock after the read, and no bytes.
        "kernel_stamps": sockets.ON_LINUX,
        "tcp_info": sockets.ON_LINUX,
        "link": "loopback, segments of at most 1,448 bytes",
    }


def command(file, techniques, stages, changes, bare, processes):
    """Return the command that makes the same comparison again."""
    words = [".venv/bin/python", "manage.py", "compare", "--scenario", str(file)]
    if techniques:
        words += ["--techniques", ",".join(techniques)]
    if stages:
        named = dict.fromkeys(stage or FINISHED for its in stages.values() for stage in its)
        words += ["--stage", ",".join(named)]
    for name, value in changes.items():
        words += [f"--{name}", str(value)] if name in OF_THE_WHOLE else ["--set", f"{name}={json.dumps(value)}"]
    words += ["--bare"] * bare
    words += ["--processes", str(processes)] if processes > 1 else []
    return shlex.join(words)


def code():
    """Return which version of the lab this is: its commit, and whether and in what its files differ from it.

    All three are None where there is no repository, as in a downloaded archive.
    """
    commit = git("rev-parse", "HEAD").decode().strip() if (ROOT / ".git").exists() else None
    if not commit:
        return {"commit": None, "changed": None, "difference": None}
    differs = difference()
    return {"commit": commit, "changed": bool(differs), "difference": differs}


def difference():
    """Return a hash of what is not committed, Python's files that git does not follow included; None where all is."""
    parts = [git("diff", "HEAD", "--binary", "--no-ext-diff", "--no-color")]
    for name in git("ls-files", "--others", "--exclude-standard", "-z", "--", "*.py").split(b"\0"):
        with suppress(OSError):  # gone meanwhile; or no name, which is the folder
            parts.append(name + b"\0" + (ROOT / os.fsdecode(name)).read_bytes())
    return sha256(b"\0".join(parts)).hexdigest() if any(parts) else None


def check_same(told, folder):
    """Raise CannotCompare where a manifest tells of another version of the lab, or of another machine, than this."""
    here = {**code(), "cpu": cpu(), "versions": versions()}
    there = {name: told.get(name) for name in (*code(), "versions")} | {"cpu": (told.get("machine") or {}).get("cpu")}
    words = {
        "commit": "with the lab at commit {}, this is {}",
        "difference": "with other uncommitted changes than there are here",
        "cpu": "on {}, this is {}",
        "versions": "with other versions of its packages",
    }
    for name, sentence in words.items():
        if there[name] != here[name]:
            told = sentence.format(there[name], here[name])
            raise CannotCompare(f"{folder} was measured {told}: their figures cannot stand side by side, measure anew.")


def versions():
    """Return the versions of Python and of what takes part."""
    return {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}


def cpu():
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def git(*arguments):
    """Return what git says, nothing where this is no repository."""
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False).stdout
    except OSError:
        return b""
