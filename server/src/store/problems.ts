import type { Problem } from "../protocol/problem.ts";

/** What is wrong with a store, with what to do about it. */
export class StoreError extends Error {
  readonly problem: Problem;

  constructor(code: string, path: string, message: string, remedy: string) {
    super(`${message} ${remedy}`);
    this.name = "StoreError";
    this.problem = { code, message, remedy, subject: "engine", path };
  }
}

/** A store that was made from something else, as `difference` (a sentence's end) says. */
export function otherStore(path: string, difference: string): StoreError {
  return new StoreError(
    "store-other",
    path,
    `The store ${path} was made for ${difference}.`,
    "Name another store with --store, or remove this one.",
  );
}
