"""Campaigns: the runs of a scenario, with calibration and traces, made, kept, resumed, and told in the terminal."""
