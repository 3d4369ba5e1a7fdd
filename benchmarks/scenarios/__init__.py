"""Scenarios: the TOML files, their parser and checks, and the plan of runs."""
