/** What is measured of probes: plain data for panels, JSON and the files of trained probes. */
import type { ProbePosition } from "./probes.ts";

/** A figure with an interval that holds its true value in 95 of 100 cases, and how many numbers it rests on. */
export interface Figure {
  value: number;
  low: number;
  high: number;
  n: number;
}

/** What a reliability plot shows of one bin. */
export interface ReliabilityPoint {
  /** Ends of the bin; a confidence at its upper end belongs to it. */
  low: number;
  high: number;
  n: number;
  /** Mean confidence, and share told right. */
  confidence: number;
  accuracy: number;
}

/** The leading figure of a probe on labels that were dealt out anew, and whether it lies within chance's 99 % interval. */
export interface ShuffledRun {
  seed: number;
  value: number;
  low: number;
  high: number;
  within: boolean;
}

/** One cell of a sweep: a kind of probe that reads at one place. */
export interface ProbeCell extends ProbeCellFigures {
  /** Hook point, `latents of SAE` or `attention`. */
  source: string;
  /** Layer of the hook point, null where there is none. */
  layer: number | null;
  position: ProbePosition;
  kind: string;
  /** Why there are no figures; then all are null. */
  problem: string | null;
}

/** What is measured of a cell. */
export interface ProbeCellFigures {
  /** The leading figure (accuracy, of numbers the rank correlation) on the part of the training examples that chooses the cell. */
  validation: Figure | null;
  /** The same on held-out examples, which no choice has seen. */
  test: Figure | null;
  auc: number | null;
  /** Bits that the probe knows of a label (V-usable information); null of numbers, and where that is not wanted. */
  information: Figure | null;
  calibrationError: number | null;
  /** The leading figure on labels dealt out anew, and with random labels for each word (control task), with the same penalty. */
  shuffled: number | null;
  control: number | null;
  /** The same with intervals, of places that several runs of both were tried at; those above are their means. */
  controlRuns?: { shuffled: Figure | null; control: Figure | null };
  /** What the fit says of itself. */
  facts: [string, string][];
}

/** What a text tells without any model. */
export interface TextBaseline {
  id: string;
  figure: Figure;
  /** The terms that tell most. */
  heaviest: string[];
  /** It read the text up to the end of the stretch (or the token), as the model did, where others read the stretch alone. */
  before?: true;
}

/** Accuracy and what could explain it away, of the cell that was chosen. */
export interface ProbeControls {
  majority: number;
  text: TextBaseline[];
  /** Without the test examples that the n-gram baseline gets right with this confidence. */
  cleaned: { confidence: number; dropped: number; probe: Figure; baseline: Figure } | null;
  shuffled: ShuffledRun[];
  /**
   * Null where it was not asked for, and where even the words of the texts are too few. `types`: what has a label of its own, the token
   * that is read (also where absent), or the rarest common word of the text.
   */
  controlTask: {
    control: Figure;
    selectivity: number;
    seenTypes: number;
    types?: "tokens" | "words";
  } | null;
  /** Every example told by a probe that met nothing of its group, and what their most frequent class reaches. */
  groups: {
    figure: Figure;
    majority: number;
    parts: { groups: string[]; n: number; value: number }[];
  } | null;
  curve: { examples: number; figure: Figure }[];
  codeLength: { bits: number; uniformBits: number; compression: number } | null;
  /** Over splits drawn anew. */
  seeds: { figure: Figure; runs: number[] } | null;
  /** Controls that were wanted and could not be made, or not as a whole, and why; absent: all were. */
  refused?: { name: string; why: string }[];
}

/** An example that the probe is most wrong about. */
export interface ProbeError {
  text: string;
  /** UTF-16 offsets in `text` of what was meant; null: all. */
  span: [start: number, end: number] | null;
  label: string;
  told: string;
  /** Probability that it gave to what it told; the number of numbers. */
  score: number;
  /** Bits that the label surprised it by more than who reads nothing; null of numbers, and where that is not wanted. */
  surprise: number | null;
  source: { path: string; line: number; where: string };
}

/** Figures of the chosen cell on held-out examples. */
export interface ProbeFigures {
  leading: Figure;
  measure: "accuracy" | "rank correlation";
  balancedAccuracy: number | null;
  auc: number | null;
  /** In nats. */
  logLoss: number | null;
  brier: number | null;
  calibrationError: number | null;
  reliability: ReliabilityPoint[];
  /** By class. */
  f1: number[];
  /** Rows are what is, columns what was told. */
  confusion: number[][];
  r2: number | null;
  meanAbsoluteError: number | null;
  /** Of probes that may abstain: how often a conformal set holds the true class, and how often it is not a single one. */
  abstention: {
    alpha: number;
    coverage: Figure;
    classes: { name: string; n: number; abstained: number }[];
  } | null;
}

export interface ProbeReport {
  schema: "steerscope.probe-report/1";
  name: string;
  /** ISO date and time. */
  made: string;
  model: { id: string; sha256: string; layers: number; dModel: number };
  target: { type: "classes" | "ordered" | "number"; names: string[] };
  level: "text" | "span" | "token";
  readAs: "text" | "user";
  seed: number;
  data: {
    /** Hash of texts, spans, labels and their split. */
    hash: string;
    train: number;
    test: number;
    classes: { name: string; train: number; test: number }[];
    /** What the data was found to lack, with places. */
    problems: string[];
  };
  conventions: string[];
  cells: ProbeCell[];
  /** Index of the cell that validation chose; null where no cell has figures. */
  chosen: number | null;
  /** First layer that reaches 95 % of the best layer's gain over the majority, by position and kind. */
  depth: { position: ProbePosition; kind: string; layer: number | null }[];
  figures: ProbeFigures | null;
  controls: ProbeControls | null;
  trust: { verdict: string; reasons: string[]; sentence: string; notMade: string[] } | null;
  errors: ProbeError[];
  /**
   * Seconds that reading texts, training the cells (of which the fits alone, over the threads) and the controls took; texts that
   * had to be read, of how many.
   */
  timing: { collect: number; cells: number; fits: number; controls: number; read: number; texts: number };
}
