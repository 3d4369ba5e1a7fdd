"""Advice on which technique to take: the question, the costs from the newest measurements, the advice and its page."""
