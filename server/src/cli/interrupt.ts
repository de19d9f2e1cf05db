const handlers: (() => boolean)[] = [];

/**
 * Lets a command that can stop in good order hear of Ctrl-C.
 * @param handler returns whether it takes care of it; else the process ends
 * @returns what takes the handler away again
 */
export function whenInterrupted(handler: () => boolean): () => void {
  handlers.push(handler);
  return () => {
    const at = handlers.indexOf(handler);
    if (at >= 0) handlers.splice(at, 1);
  };
}

/** Whether somebody takes care of an interruption. */
export function interrupted(): boolean {
  return handlers.at(-1)?.() ?? false;
}
