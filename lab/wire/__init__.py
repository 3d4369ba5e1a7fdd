"""Instrumented relay: simulates a network between browser and server, and counts and shows every byte that passes."""
