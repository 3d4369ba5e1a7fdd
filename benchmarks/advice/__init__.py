"""Advice: what is asked, what deliveries cost by the newest measurements, and which technique to take."""
