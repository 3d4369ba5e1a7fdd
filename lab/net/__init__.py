"""Operating system: sockets, ports, this machine's addresses, signals, child processes, files, the terminal."""
