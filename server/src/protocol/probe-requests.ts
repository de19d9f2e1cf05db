/** What is asked of the language server about probes: to train them, to list them, and what they say of a document. */
import type { Range } from "./inspect.ts";
import type { Figure, ProbeReport } from "./probe-report.ts";

export interface TrainProbeParams {
  /** The specification, open or not. */
  textDocument: { uri: string };
  /** Every position of a row rather than those it names; what comes of it is not kept beside the specification. */
  sweep?: boolean;
}

export interface TrainProbeAnswer {
  report: ProbeReport;
  /** The trained probe: beside its specification, of a sweep in the folder of caches; null where no cell could be trained. */
  file: string | null;
  /** Where it belongs: the file beside the specification. */
  beside: string;
  /** What the data was found to lack. */
  notes: string[];
}

export interface ProbesParams {
  /** Whose set-up is meant where it is said which probes read it. */
  textDocument?: { uri: string };
}

export interface ProbesAnswer {
  probes: ListedProbe[];
  /** Why none is enabled whatever the settings say; null where nothing keeps them. */
  problem: string | null;
}

/** A trained probe of the workspace, or one that the setting names. */
export interface ListedProbe {
  name: string;
  /** Its `NAME.probe.json`. */
  file: string;
  /** The entry of the setting `probes` that names it. */
  entry: string;
  /** Its specification beside it; null where there is none. */
  spec: string | null;
  enabled: boolean;
  /** Whether it reads the document that was asked for; null where that is not known. */
  reads: boolean | null;
  /** Why it cannot be read, or does not read that document. */
  problem: string | null;
  /** How that document is read otherwise than the texts that it learnt from; null where it is not, or that is not known. */
  note: string | null;
  /** What its report says; null where it cannot be read. */
  facts: ProbeFacts | null;
}

export interface ProbeFacts {
  /** Id of the model that it was trained on. */
  model: string;
  /** Kind, place and position in words. */
  where: string;
  /** Classes, or the order; none of a number. */
  classes: string[];
  /** ISO date and time. */
  made: string;
  measure: "accuracy" | "rank correlation";
  heldOut: Figure | null;
  /** The best of the text baselines, in words and its figure; null where none was made. */
  baseline: { name: string; value: number } | null;
  verdict: string | null;
  /** What to trust, in one sentence. */
  sentence: string | null;
}

export interface ProbeScoresParams {
  textDocument: { uri: string };
  /** The probe's `NAME.probe.json`. */
  probe: string;
}

export interface ProbeScoresAnswer {
  name: string;
  classes: string[];
  /** What the figures of the probe are, in a few words. */
  figures: string;
  readings: ProbeReading[];
  version: number;
}

/** What a probe says of one stretch of a document, or of one token. */
export interface ProbeReading {
  range: Range;
  /** The class that it tells, or the number as text. */
  told: string;
  /** Of two classes the probability of the positive one, of more that of the class told; the number of numbers. */
  score: number;
  /** All that it gives. */
  scores: number[];
  /** Whether it abstains: more than one class, or none, cannot be ruled out. */
  abstains: boolean;
  /** Whether it speaks up here. */
  alert: boolean;
  /** How strongly to shade it, 0 to 1: the score of a class that means something, of numbers the place between the least and the greatest here. */
  shade: number;
}
