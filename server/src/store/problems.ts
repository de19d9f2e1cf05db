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
