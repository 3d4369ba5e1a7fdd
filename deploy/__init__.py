"""Deployment on many processes and machines, with nginx, PostgreSQL and Redis."""
