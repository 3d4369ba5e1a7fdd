"""The relay: connections, links with delay and rate, faults."""
