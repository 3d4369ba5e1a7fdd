"""The staircase to the finished consumer: one idea in each file."""
