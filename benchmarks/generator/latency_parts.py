"""The parts of the mean latency, in order: each begins where the one before it ends, the first one at the schedule."""

PARTS = {  # name in a run's latency_parts_ms: label
    "sent": "late publisher",
    "received": "to the server",
    "committed": "to disk",
    "announced": "to the room",
    "written": "until written",
    "arrived": "to the reader's kernel",
}
READ = "read"  # from there to the reader; it is in no latency
