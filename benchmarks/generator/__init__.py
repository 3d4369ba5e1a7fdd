"""The load generator, inside Locust: readers and publishers, their records, and the summary of a run."""
