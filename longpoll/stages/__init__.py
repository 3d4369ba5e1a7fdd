"""The staircase to the finished long polling: one file a step, one idea a step."""
