import type { PlacedProblem } from "../../analysis/document.ts";
import type { Problem } from "../../protocol/problem.ts";

/** Where an example stands, so that an editor can open it. */
export interface ExampleSource {
  /** Absolute path; `tinytown` for what was drawn. */
  path: string;
  /** From 1: the line of a text file, the row of a Parquet file, the number of a drawn example. */
  line: number;
  /** The same as people are shown it, e.g. `reviews.jsonl, line 17`. */
  where: string;
}

/** A labelled stretch of a text, UTF-16 offsets. */
export interface LabelledSpan {
  start: number;
  end: number;
  label: string;
}

/** One labelled text, or stretch of one. */
export interface Example {
  text: string;
  /** The stretch that is meant, UTF-16 offsets in `text`; null: all of it. */
  span: readonly [start: number, end: number] | null;
  /** A class, or a number where the target is one; at token level the class of tokens that no stretch covers. */
  label: string | number;
  /** At token level: the stretches that give tokens other classes. Null at the other levels. */
  tokens: readonly LabelledSpan[] | null;
  group: string | null;
  pair: string | null;
  split: "train" | "test" | null;
  /** What it was cut out of: examples of one record, or of one text file, stay on one side of a split that is drawn. */
  record: string;
  source: ExampleSource;
}

/** Something that is to be said of the data; `at` is the path of the value of the specification it belongs to. */
export interface DataProblem extends Problem {
  severity: PlacedProblem["severity"];
  at: string;
}

/** The class of tokens that no labelled stretch covers. */
export const noLabel = "none";

/** The signal by which reading is given up. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
}
