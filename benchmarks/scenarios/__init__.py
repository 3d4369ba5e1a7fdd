"""Scenarios: what is measured, and why; the TOML files here, and what reads, checks and plans them."""
