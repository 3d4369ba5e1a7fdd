"""The staircase to the finished consumer: one file a step, one idea a step."""
