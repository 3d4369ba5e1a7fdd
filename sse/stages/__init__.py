"""The staircase to the finished event stream: one idea in each file."""
