"""Servers that others would write, to measure the lab against. Each prints its port when it listens."""
