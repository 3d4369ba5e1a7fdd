"""The published schema of results.json, and the parts of some results that break it."""

import json

import jsonschema_rs

from support.processes import ROOT

SCHEMA = json.loads((ROOT / "benchmarks" / "results.schema.json").read_text())
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def problems(results):
    """Return a sentence for each part of some results that breaks the schema."""
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in VALIDATOR.iter_errors(results)]
