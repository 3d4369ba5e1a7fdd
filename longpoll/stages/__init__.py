"""The staircase to the finished long polling: one idea in each file."""
