"""The teacher's pack: exercises that are graded, a quiz on a capture, and recordings of the board."""
