"""What the command line chooses, in the words of a campaign. A mistake is one sentence."""

import tomllib
from importlib import import_module

from benchmarks.campaigns import results_dir
from benchmarks.campaigns.campaign import Campaign
from benchmarks.campaigns.manifest import FINISHED
from benchmarks.scenarios import reading, scenario
from benchmarks.scenarios.settings import OF_THE_WHOLE, CannotCompare, check
from lab.techniques import TECHNIQUES

QUICK = "quick"  # the scenario where none is named
PROCESSES_MAX = 64


def chosen(given):
    """Return what `Campaign.new` takes; raise CannotCompare."""
    name = given["scenario"] or QUICK
    techniques = given["techniques"] and list(reading.techniques("--techniques", names(given["techniques"])))
    if not 1 <= given["processes"] <= PROCESSES_MAX:
        raise CannotCompare(f"--processes must be a whole number from 1 to {PROCESSES_MAX}.")
    changes = {each: given[each] for each in OF_THE_WHOLE if given[each] is not None}
    for each, value in changes.items():
        check(each, value, f"--{each}")
    for text in given["set"]:
        changes |= setting(text)
    return {
        "name": name,
        "techniques": techniques,
        "stages": given["stage"] and stages(given["stage"], techniques or TECHNIQUES),
        "changes": changes,
        "bare": given["bare"],
        "processes": given["processes"],
    }


def names(text):
    """Return the names that stand with commas between them."""
    return [name.strip() for name in text.split(",")]


def stages(text, techniques):
    """Return {technique: its stages} for the named ones, each technique with those that it has."""
    found = {}
    for name in names(text):
        having = [each for each in techniques if name == FINISHED or name in import_module(each).STAGES]
        if not having:
            known = dict.fromkeys(stage for each in techniques for stage in import_module(each).STAGES)
            raise CannotCompare(f"--stage: there is no stage {name!r}, choose among {', '.join([FINISHED, *known])}.")
        for each in having:
            found.setdefault(each, []).append("" if name == FINISHED else name)
    return found


def setting(text):
    """Return {name: value} of NAME=VALUE, written as in a scenario; a text needs no quotes."""
    name, equals, value = text.partition("=")
    for written in (text, f'{name}="{value}"') if equals else ():
        try:
            ((name, value),) = tomllib.loads(written).items()
            return {name: value}
        except ValueError:
            continue
    raise CannotCompare(f"--set {text}: give NAME=VALUE as in a scenario.")


def resumed(place, given):
    """Return the Campaign in the folder `place`, to go on with; raise CannotCompare where it is another one."""
    told = results_dir.read(place)["manifest"]
    for name in ("techniques", "stage", "set", "bare"):
        if given[name]:
            raise CannotCompare(f"--{name}: --resume goes on with what is in {place}, leave it away.")
    if given["processes"] not in (1, told.get("processes")):
        raise CannotCompare(f"{place} was made with {told.get('processes')} processes: leave --processes away.")
    if given["scenario"] and scenario.load(given["scenario"]).text != told.get("scenario_text"):
        raise CannotCompare(f"{place} is of another scenario than {given['scenario']}: measure it anew.")
    for name in OF_THE_WHOLE:
        if given[name] not in (None, told.get(name)):
            raise CannotCompare(f"{place} was made with {name} {told.get(name)}, not {given[name]}: measure it anew.")
    return Campaign.resume(place)
