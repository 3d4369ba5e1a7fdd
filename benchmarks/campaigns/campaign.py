"""A campaign: calibration, all runs of a plan, traces. What is complete stays, and it can be resumed."""

from pathlib import Path

from benchmarks.campaigns import calibration, manifest, results_dir, runner, trace
from benchmarks.scenarios import plan, reading, scenario
from benchmarks.scenarios.settings import CannotCompare
from benchmarks.servers import kinds

CALIBRATION, TRACES = 8.0, 13.0  # seconds, as a rule
REFUSED_MAX = 0.5  # share of refused runs past which the machine is at fault, and repeating them would not help


class Campaign:
    """What is to be measured, and what has been."""

    def __init__(self, place, chosen, planned, results, bare=False, processes=1):
        """Measure the Runs `planned` of the Scenario `chosen` into the folder `place`; `results`: what is there.

        `bare`: without calibration and traces. `processes`: those that share the load.
        """
        self.place, self.scenario, self.planned, self.results = place, chosen, planned, results
        self.bare, self.processes = bare, processes

    @classmethod
    def new(cls, parent, name, techniques=None, stages=None, changes=None, **options):
        """Begin one in a folder of its own in `parent`; raise CannotCompare.

        `name`: of a scenario, or its file; `techniques`, `stages` and `changes` take the place of what it says.
        """
        changes = changes or {}
        chosen = scenario.changed(scenario.load(name), changes)
        techniques = techniques and list(reading.techniques("techniques", list(techniques)))
        stages = stages and {each: reading.stages_of("stages", each, names) for each, names in stages.items()}
        planned = plan.runs(chosen, techniques, stages)
        if not planned:
            raise CannotCompare(f"The scenario {chosen.name} has no point for {', '.join(techniques)}.")
        for run in planned:
            kinds.redis_of(chosen.at(run.point).layer)  # what is missing is said before anything is measured
        told = manifest.manifest(chosen, name, planned, techniques, stages, changes, **options)
        place = results_dir.new(Path(parent), chosen.name)
        results = {"manifest": told, "calibration": None, "traces": None, "runs": []}
        return cls(place, chosen, planned, results, **options)

    @classmethod
    def resume(cls, place):
        """Go on with the one in a folder; raise CannotCompare where that would mix what cannot be compared."""
        results = results_dir.read(Path(place))
        told = results["manifest"]
        try:
            text, changes = told["scenario_text"], told["changes"]
            chosen = scenario.changed(scenario.read(f"{told['scenario']}.toml", text), changes)
            planned = plan.runs(chosen, told["chosen_techniques"], told["chosen_stages"])
            options = {"bare": told["bare"], "processes": told["processes"]}
        except KeyError as exc:
            raise CannotCompare(f"In {place} lie no results to go on with: {exc} is missing.") from exc
        manifest.check_same(told, place)
        campaign = cls(Path(place), chosen, planned, results, **options)
        results_dir.tidy(campaign.place, results)
        return campaign

    def run(self, on_time=lambda what, elapsed: None):
        """Make what is missing; yield each run's row when it is complete, and keep results.json up to date.

        `on_time(what, elapsed)` is called several times a second with the seconds that it has taken.
        """
        self.results["manifest"].setdefault("started", results_dir.now())
        if self.wants("calibration"):
            on_time("calibration", 0.0)
            self.results["calibration"] = calibration.run(self.place, self.scenario.seed)
            self.keep()
        for run in self.missing():
            yield self.make(run, on_time)
        for run in self.repeats():
            yield self.make(run, on_time)
        if self.wants("traces"):
            on_time("traces", 0.0)
            techniques = list(dict.fromkeys(run.technique for run in self.planned))
            self.results["traces"] = trace.run(self.place, self.scenario.at(0), techniques)
            self.keep()

    def wants(self, part):
        """Tell whether a part besides the runs is yet to be made."""
        return not self.bare and self.results[part] is None

    def make(self, run, on_time):
        """Make one Run and return its row."""
        row = runner.measure(self.place, self.scenario, run, self.processes, on_time)
        self.results["runs"].append(row)
        self.keep()
        return row

    def keep(self):
        """Write what there is."""
        self.results["manifest"]["finished"] = results_dir.now()
        results_dir.write(self.place, self.results)

    def missing(self):
        """Return the planned Runs that have no row."""
        made = {row["place"] for row in self.results["runs"]}
        return [run for run in self.planned if run.place not in made]

    def repeats(self):
        """Return the Runs that are to be made once more: those refused, unless that would not help."""
        rows = {row["place"]: row for row in self.results["runs"]}
        refused = [run for run in self.planned if run.place in rows and not rows[run.place]["valid"]]
        if len(refused) > REFUSED_MAX * len(self.planned):
            return []
        return [run.again for run in refused if run.again.place not in rows]

    def left(self):
        """Return the seconds that what is missing takes, as a rule."""
        runs = [*self.missing(), *self.repeats()]
        besides = CALIBRATION * self.wants("calibration") + TRACES * self.wants("traces")
        return besides + sum(plan.seconds(self.scenario, run) for run in runs)
