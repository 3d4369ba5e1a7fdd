"""The options of `manage.py compare`, checked and turned into those of a campaign."""

import tomllib
from importlib import import_module

from benchmarks.campaigns import results_dir
from benchmarks.campaigns.campaign import Campaign
from benchmarks.campaigns.manifest import FINISHED
from benchmarks.scenarios import reading, scenario
from benchmarks.scenarios.settings import CAMPAIGN_SETTINGS, ComparisonError, check
from lab.techniques import TECHNIQUES

DEFAULT = "quick"  # scenario
PROCESSES_MAX = 64


def campaign_options(options):
    """Return the arguments of `Campaign.new`; raise ComparisonError."""
    techniques = options["techniques"] and list(reading.techniques("--techniques", split(options["techniques"])))
    if not 1 <= options["processes"] <= PROCESSES_MAX:
        raise ComparisonError(f"--processes must be a whole number from 1 to {PROCESSES_MAX}.")
    changes = {each: options[each] for each in CAMPAIGN_SETTINGS if options[each] is not None}
    for each, value in changes.items():
        check(each, value, f"--{each}")
    for text in options["set"]:
        changes |= setting(text)
    return {
        "name": options["scenario"] or DEFAULT,
        "techniques": techniques,
        "stages": options["stage"] and stages(options["stage"], techniques or TECHNIQUES),
        "changes": changes,
        "bare": options["bare"],
        "processes": options["processes"],
    }


def split(text):
    """Return the names in a text, which are separated by commas."""
    return [name.strip() for name in text.split(",")]


def stages(text, techniques):
    """Return {technique: those of the named stages that it has}."""
    chosen: dict[str, list[str]] = {}
    for name in split(text):
        owners = [each for each in techniques if name == FINISHED or name in import_module(each).STAGES]
        if not owners:
            known = dict.fromkeys(stage for each in techniques for stage in import_module(each).STAGES)
            raise ComparisonError(f"--stage: there is no stage {name!r}, choose among {', '.join([FINISHED, *known])}.")
        for each in owners:
            chosen.setdefault(each, []).append("" if name == FINISHED else name)
    return chosen


def setting(text):
    """Return {name: value} of NAME=VALUE, written as in a scenario's TOML; a text needs no quotes."""
    name, equals, value = text.partition("=")
    for line in (text, f'{name}="{value}"') if equals else ():
        try:
            ((name, value),) = tomllib.loads(line).items()
            return {name: value}
        except ValueError:
            continue
    raise ComparisonError(f"--set {text}: give NAME=VALUE as in a scenario.")


def resume(folder, options):
    """Return the Campaign to resume in a folder; raise ComparisonError if the options ask for another one."""
    recorded = results_dir.read(folder)["manifest"]
    for name in ("techniques", "stage", "set", "bare"):
        if options[name]:
            raise ComparisonError(f"--{name}: --resume continues what is in {folder}, leave --{name} out.")
    if options["processes"] not in (1, recorded.get("processes")):
        processes = recorded.get("processes")
        raise ComparisonError(f"{folder} was made with {processes} processes: leave --processes out.")
    if options["scenario"] and scenario.load(options["scenario"]).text != recorded.get("scenario_text"):
        raise ComparisonError(f"{folder} is of another scenario than {options['scenario']}: start a new comparison.")
    for name in CAMPAIGN_SETTINGS:
        if options[name] not in (None, recorded.get(name)):
            raise ComparisonError(
                f"{folder} was made with {name} {recorded.get(name)}, not {options[name]}: start a new comparison."
            )
    return Campaign.resume(folder)
