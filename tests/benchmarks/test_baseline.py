"""A baseline: the report says what changed since an older comparison, and whether that is more than noise."""

from io import StringIO

import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.analysis.results import Results
from benchmarks.findings import baseline
from support.fake_results import make_folder, make_run, read, refused_run, text_of


def runs_of(median, *more, count=3, **settings):
    """Return runs of SSE with medians close to `median`, and the runs in `more`."""
    runs = [
        make_run("sse", n, latency_ms={"p50": median + n / 100, "p99": 9.0}, **settings) for n in range(1, count + 1)
    ]
    return [*runs, *more]


def compared(tmp_path, before, after):
    """Return the changes between two sets of runs: ({name: change}, sentence)."""
    folders = make_folder(tmp_path / "before", before), make_folder(tmp_path / "after", after)
    then, now = map(Results.load, folders)
    rows = baseline.changes(now, then)
    return {change.metric.name: change for change in rows}, baseline.summary(rows, then)


def test_a_change_beyond_the_runs_intervals_is_more_than_noise(tmp_path):
    changes, sentence = compared(tmp_path, runs_of(2.0), runs_of(3.0))
    assert changes["p50"].verdict == "higher, more than noise"
    assert changes["p50"].per_cent == pytest.approx(49.5, abs=0.1)
    assert changes["p99"].verdict == "no more than noise"
    assert "by chance alone" in sentence
    assert sentence.startswith("Compared with before: 1 of ")


def test_a_change_within_the_runs_intervals_is_noise(tmp_path):
    changes, sentence = compared(tmp_path, runs_of(2.0), runs_of(2.015))
    assert changes["p50"].verdict == "no more than noise"
    assert sentence.startswith("Compared with before: 0 of ")


def test_of_few_runs_no_change_is_reported(tmp_path):
    changes, sentence = compared(tmp_path, runs_of(2.0, count=2), runs_of(30.0))
    assert changes["p50"].verdict == "fewer than 3 runs"
    assert not changes["p50"].real
    assert "no change is claimed" in sentence


def test_runs_with_other_settings_are_not_compared(tmp_path):
    changes, sentence = compared(tmp_path, runs_of(2.0, clients=20), runs_of(2.0, clients=21))
    assert changes == {}
    assert "There is nothing to compare with before" in sentence


def test_figures_that_a_baseline_lacks_are_ignored(tmp_path):
    before = runs_of(2.0)
    for run, _deliveries in before:
        del run["delay_ms"], run["layer"]
    changes, _sentence = compared(tmp_path, before, runs_of(3.0))
    assert changes["p50"].real


def test_a_refused_run_is_no_baseline(tmp_path):
    far = {"latency_ms": {"p50": 900.0}}
    changes, _sentence = compared(tmp_path, runs_of(2.0, refused_run("sse", "late", 4, **far)), runs_of(2.0))
    assert changes["p50"].before.high < 3


def test_both_reports_and_the_terminal_show_the_changes(tmp_path):
    before, after = make_folder(tmp_path / "before", runs_of(2.0)), make_folder(tmp_path / "after", runs_of(3.0))
    then = Results.load(before)
    for name in ("report.html", "report.md"):
        text = text_of(read(after, name, then))
        assert "What changed since the baseline" in text
        assert "higher, more than noise" in text
    console = Console(width=120, record=True, file=StringIO())
    for part in report.changes(after, tmp_path / "before"):
        console.print(part)
    text = console.export_text()
    assert "higher, more than noise" in text
    assert "Compared with before: 1 of " in text


def test_a_folder_without_a_baseline_is_refused_in_one_sentence(tmp_path):
    folder = make_folder(tmp_path / "results", [])
    with pytest.raises(ValueError, match=r"The baseline .* cannot be read: .*\."):
        report.write(folder, tmp_path / "nowhere")
    (tmp_path / "results.json").write_text("[]")
    with pytest.raises(ValueError, match="cannot be read"):
        baseline.load(tmp_path)
