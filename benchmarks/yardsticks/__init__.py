"""Servers as others would write them, to compare the lab with. Each prints its port when it listens."""
