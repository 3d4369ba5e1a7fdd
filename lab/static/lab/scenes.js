/** Nothing yet. */
export function start(board, root) {}
