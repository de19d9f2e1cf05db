/** Checks of a recipe, run: what was expected, what was measured, what was written. */
import type { WrittenSample } from "./compare.ts";
import type { Range } from "./inspect.ts";

/** One entry of a check's `expect`. */
export interface ExpectationOutcome {
  /** What was expected, in words. */
  expected: string;
  passed: boolean;
  /** What was measured, in words. */
  measured: string;
  range: Range;
}

export interface CheckOutcome {
  name: string;
  passed: boolean;
  expectations: ExpectationOutcome[];
  /** What the steered model wrote, a text a sample. */
  samples: WrittenSample[];
  /** Why it could not be run; it then counts as failed, and has neither expectations nor samples. */
  error: string | null;
  range: Range;
  /** Place in the recipe's list, from 0. */
  index: number;
  ms: number;
}

/** `steerscope test --json`. */
export interface TestResult {
  schema: "steerscope.test/1";
  recipe: string;
  model: string;
  passed: boolean;
  checks: CheckOutcome[];
}

/** A check as a list of tests shows it before it was run. */
export interface ListedCheck {
  name: string;
  index: number;
  range: Range;
}
