"""The same program on many processes and machines: nginx, PostgreSQL and Redis around it."""
