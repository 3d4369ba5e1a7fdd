"""Grading: a student's stage runs in a real server, and cases of the contract are tried against it."""
