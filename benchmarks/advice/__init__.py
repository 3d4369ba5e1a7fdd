"""Advice: what is asked, what deliveries cost by the newest measurements, which technique to take; and its page."""
