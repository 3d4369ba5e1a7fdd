"""The published schema of results.json, and a check of results against it."""

import json

from jsonschema import Draft202012Validator

from support.processes import ROOT

SCHEMA = json.loads((ROOT / "benchmarks" / "results.schema.json").read_text())


def problems(results):
    """Return a sentence for each violation of the schema in `results`."""
    Draft202012Validator.check_schema(SCHEMA)
    errors = Draft202012Validator(SCHEMA).iter_errors(results)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors]
