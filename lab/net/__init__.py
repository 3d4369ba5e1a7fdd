"""The operating system: sockets, listening, this machine's addresses, child processes, the terminal."""
