"""The staircase to the finished consumer: one file a stage, one idea a stage."""
