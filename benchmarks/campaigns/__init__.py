"""Campaigns: make the runs of a scenario with calibration and traces, store and resume them, show them in a table."""
