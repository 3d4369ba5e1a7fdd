/** The lanes: everything that passes on the wires, on one time axis. */
export function start(board, root) {}
