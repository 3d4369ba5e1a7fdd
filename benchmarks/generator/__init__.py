"""The load generator, which runs inside Locust: readers and publishers, what they note, and the figures of a run."""
