"""The manifest: all that is needed to run a comparison again."""

import os
import platform
import shlex
import subprocess
from importlib.metadata import version

import psutil

from benchmarks.server import ROOT
from lab import sockets

PACKAGES = ("django", "channels", "uvicorn", "locust", "websockets", "gevent", "hdrhistogram")


def manifest(scenario, techniques, cores):
    """Return what was run, with which versions, on which machine."""
    return {
        "scenario": scenario.name,
        "scenario_text": scenario.text,
        "purpose": scenario.purpose,
        "prediction": scenario.prediction,
        "sweep": scenario.sweep,
        "points": [label for label in scenario.labels if label],
        "command": command(scenario, techniques),
        "techniques": techniques,
        "repetitions": scenario.repetitions,
        "seed": scenario.seed,
        "versions": {"python": platform.python_version()} | {package: version(package) for package in PACKAGES},
        "machine": {
            "cores": os.cpu_count(),
            "cpu": cpu(),
            "kernel": f"{platform.system()} {platform.release()}",
            "memory_bytes": psutil.virtual_memory().total,
            "server_core": cores[0],
            "generator_core": cores[1],
        },
        "commit": git("rev-parse", "HEAD"),
        "changed": bool(git("status", "--porcelain", "--untracked-files=no")),
        # Where these are missing: the clock after the read, and no bytes.
        "kernel_stamps": sockets.ON_LINUX,
        "tcp_info": sockets.ON_LINUX,
        "link": "loopback, segments of at most 1,448 bytes",
    }


def command(scenario, techniques):
    """Return the command that makes the same comparison again."""
    options = {"techniques": ",".join(techniques), "repetitions": scenario.repetitions, "seed": scenario.seed}
    given = " ".join(f"--{name} {value}" for name, value in options.items())
    return f"python manage.py compare --scenario {shlex.quote(scenario.name)} {given}"


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
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()
