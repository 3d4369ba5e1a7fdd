"""The staircase to the finished event stream: one file a step, one idea a step."""
