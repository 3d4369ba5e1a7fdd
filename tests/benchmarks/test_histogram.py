"""The percentiles of durations: exact, also of several histograms together, with and without HdrHistogram's package."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generator import hdr_files
from benchmarks.generator.histogram import PERCENTILES, Histogram
from support.processes import COMMAND, ROOT

MILLISECONDS = st.lists(st.floats(0, 1e7), min_size=1)
WITHOUT = """
import sys
sys.modules["hdrh"] = None
from pathlib import Path
from types import SimpleNamespace
from benchmarks.generator import hdr_files
from benchmarks.generator.histogram import Histogram
hdr_files.write(Path(sys.argv[1]), SimpleNamespace(latencies=lambda: [1.0], deliveries=[]))
print(Histogram([1, 2, 3]).summary()["p50"])
Histogram().merge("HIST")
"""


@given(MILLISECONDS)
def test_percentiles_are_durations_that_were_counted(values):
    summary = Histogram(values).summary()
    for name, share in PERCENTILES.items():
        assert summary[name] == pytest.approx(np.percentile(values, share, method="inverted_cdf"), abs=0.0005)
    assert summary["mean"] == pytest.approx(np.mean(values), abs=0.001, rel=1e-9)
    assert summary["max"] == pytest.approx(max(values), abs=0.0005)


@given(MILLISECONDS, MILLISECONDS)
def test_merged_histograms_have_the_percentiles_of_all_their_values(some, others):
    merged = Histogram(some)
    merged.merge(Histogram(others).encoded)
    assert merged.summary() == Histogram(some + others).summary()


def test_merging_does_not_average():
    fast = Histogram([1] * 990)
    fast.merge(Histogram([500] * 10).encoded)
    assert (fast.summary()["p99"], fast.summary()["p999"]) == (1, 500)


def test_an_empty_histogram_merges():
    histogram = Histogram([7])
    histogram.merge(Histogram().encoded)
    assert histogram.summary() == Histogram([7]).summary()


def test_a_histogram_of_an_older_version_merges():
    pytest.importorskip("hdrh", reason="hdrhistogram has no wheel for this machine")
    (run, *_more) = [
        run
        for run in json.loads((ROOT / "tests/benchmarks/old_results/results.json").read_text())["runs"]
        if run["delivered"]
    ]
    histogram = Histogram()
    histogram.merge(run["histogram"])
    assert len(histogram.microseconds) == run["delivered"]
    for name in ("mean", "p50", "max"):
        assert histogram.summary()[name] == pytest.approx(run["latency_ms"][name], rel=2e-3)


def test_the_files_are_those_of_hdrhistogram(tmp_path):
    pytest.importorskip("hdrh", reason="hdrhistogram has no wheel for this machine")
    deliveries = [("reader", "room", number, 1000.0 * number, 1000.0 * number + 5) for number in range(3)]
    hdr_files.write(tmp_path, SimpleNamespace(latencies=lambda: [5.0] * 3, deliveries=deliveries))
    assert "Percentile" in (tmp_path / "latency.hgrm").read_text()
    assert len((tmp_path / "latency.hlog").read_text().splitlines()) == 2 + 3  # version, legend, and a line each second


def test_without_its_package_there_are_percentiles_but_no_files(tmp_path):
    command = [sys.executable, "-c", WITHOUT, tmp_path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert run.stdout == "2.0\n"
    assert run.stderr.endswith("their histograms need the package hdrhistogram\n")
    assert list(tmp_path.iterdir()) == []
