"""A campaign: calibration, all runs of a plan, traces. Complete parts are stored, so that it can be resumed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.campaigns import calibration, manifest, results_dir, runner, trace
from benchmarks.campaigns.runner import OnTime
from benchmarks.scenarios import plan, reading, scenario
from benchmarks.scenarios.plan import Run
from benchmarks.scenarios.scenario import Scenario
from benchmarks.scenarios.settings import ComparisonError
from benchmarks.servers import launch

CALIBRATION, TRACES = 8.0, 13.0  # typical seconds
REFUSED_MAX = 0.5  # share of refused runs above which retries would not help: the machine is too busy


class Campaign:
    """The planned runs of a scenario and the results so far."""

    def __init__(
        self,
        folder: Path,
        scenario: Scenario,
        planned: Sequence[Run],
        results: dict[str, Any],
        bare: bool = False,
        processes: int = 1,
    ) -> None:
        """Measure the `planned` Runs into `folder`, whose results.json holds `results`.

        `bare`: without calibration and traces; `processes`: of the load.
        """
        self.folder, self.scenario, self.planned, self.results = folder, scenario, planned, results
        self.bare, self.processes = bare, processes

    @classmethod
    def new(
        cls,
        parent: str | Path,
        name: str | Path,
        techniques: Sequence[str] | None = None,
        stages: Mapping[str, Sequence[str]] | None = None,
        changes: Mapping[str, Any] | None = None,
        bare: bool = False,
        processes: int = 1,
    ) -> "Campaign":
        """Create a campaign and its results folder in `parent`; raise ComparisonError.

        `name` is a scenario's name or file; `techniques`, `stages` and `changes` replace what the scenario says.
        """
        changes = changes or {}
        settings = scenario.changed(scenario.load(name), changes)
        techniques = techniques and list(reading.techniques("techniques", list(techniques)))
        stages = stages and {each: reading.stages_of("stages", each, names) for each, names in stages.items()}
        planned = plan.runs(settings, techniques, stages)
        if not planned:
            raise ComparisonError(f"The scenario {settings.name} has no point for {', '.join(techniques or ())}.")
        for run in planned:
            launch.redis_for(settings.at(run.point).layer)  # report a missing program before anything is measured
        description = manifest.create(settings, name, planned, techniques, stages, changes, bare, processes)
        folder = results_dir.create(Path(parent), settings.name)
        results: dict[str, Any] = {"manifest": description, "calibration": None, "traces": None, "runs": []}
        return cls(folder, settings, planned, results, bare, processes)

    @classmethod
    def resume(cls, folder: str | Path) -> "Campaign":
        """Return the unfinished campaign in a folder; raise ComparisonError if its new runs could not be compared."""
        folder = Path(folder)
        results = results_dir.read(folder)
        recorded = results["manifest"]
        try:
            text, changes = recorded["scenario_text"], recorded["changes"]
            settings = scenario.changed(scenario.read(f"{recorded['scenario']}.toml", text), changes)
            planned = plan.runs(settings, recorded["chosen_techniques"], recorded["chosen_stages"])
            bare, processes = recorded["bare"], recorded["processes"]
        except KeyError as exc:
            raise ComparisonError(f"There are no results to resume in {folder}: {exc} is missing.") from exc
        manifest.check_same(recorded, folder)
        results_dir.delete_incomplete(folder, results)
        return cls(folder, settings, planned, results, bare, processes)

    def run(self, on_time: OnTime = lambda task, elapsed: None) -> Iterator[dict[str, Any]]:
        """Measure what is missing; yield the row of each complete run, and keep results.json up to date.

        `on_time(task, elapsed)` is called several times a second, in seconds.
        """
        self.results["manifest"].setdefault("started", results_dir.now())
        if self.lacks("calibration"):
            on_time("calibration", 0.0)
            self.results["calibration"] = calibration.run(self.folder, self.scenario.seed)
            self.save()
        for run in self.missing():
            yield self.measure(run, on_time)
        for run in self.retries():
            yield self.measure(run, on_time)
        if self.lacks("traces"):
            on_time("traces", 0.0)
            techniques = list(dict.fromkeys(run.technique for run in self.planned))
            self.results["traces"] = trace.run(self.folder, self.scenario.at(0), techniques)
            self.save()

    def lacks(self, part: str) -> bool:
        """Return whether the calibration or the traces are still to be made."""
        return not self.bare and self.results[part] is None

    def measure(self, run: Run, on_time: OnTime) -> dict[str, Any]:
        """Make one Run and return its row."""
        row = runner.measure(self.folder, self.scenario, run, self.processes, on_time)
        self.results["runs"].append(row)
        self.save()
        return row

    def save(self) -> None:
        """Write results.json."""
        self.results["manifest"]["finished"] = results_dir.now()
        results_dir.write(self.folder, self.results)

    def missing(self) -> list[Run]:
        """Return the planned Runs without a row."""
        complete = {row["place"] for row in self.results["runs"]}
        return [run for run in self.planned if run.folder not in complete]

    def retries(self) -> list[Run]:
        """Return the second attempts of refused Runs; none if too many runs were refused."""
        rows = {row["place"]: row for row in self.results["runs"]}
        refused = [run for run in self.planned if run.folder in rows and not rows[run.folder]["valid"]]
        if len(refused) > REFUSED_MAX * len(self.planned):
            return []
        return [run.retry for run in refused if run.retry.folder not in rows]

    def seconds_left(self) -> float:
        """Return the estimated seconds until the campaign ends."""
        runs = [*self.missing(), *self.retries()]
        besides = CALIBRATION * self.lacks("calibration") + TRACES * self.lacks("traces")
        return besides + sum(plan.seconds(self.scenario, run) for run in runs)
