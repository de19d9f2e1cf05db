import type { PlacedProblem } from "../../analysis/document.ts";
import type { TargetType } from "../../learn/data.ts";
import type { KindId } from "../../learn/kind.ts";
import type { Kind as TextKind } from "../../tinytown/index.ts";
import type { NamedSetup } from "../../yaml/named-setup.ts";
import type { Place } from "../../yaml/reader.ts";

/** What one example is: a text, a stretch of a text, or a token of a text. */
export const levels = ["text", "span", "token"] as const;
export type Level = (typeof levels)[number];

/** Which tokens of a text or stretch a probe reads, and how they become one row; `all`: one row a token. */
export const positions = ["last", "mean", "max", "all"] as const;
export type Position = (typeof positions)[number];

/** How a text goes into the model: as it is, or as a user's message through the chat template. */
export const readings = ["text", "user"] as const;
export type Reading = (typeof readings)[number];

export const splitWays = ["random", "group", "column"] as const;
export type SplitWay = (typeof splitWays)[number];

/** What becomes of test examples whose text is trained on too. */
export const duplicateWays = ["drop", "report", "refuse"] as const;
export type DuplicateWay = (typeof duplicateWays)[number];

export const severities = ["error", "warning", "information", "hint"] as const;

/** Where examples come from. Paths are as they were written; they start from the specification's folder. */
export type DataSource =
  | { kind: "files"; files: string[] }
  /** A folder of folders: the name of each is the label of the texts in it. */
  | { kind: "folder"; folder: string }
  /** `n` examples of the labelled text behind the embedded model. `kinds` null: all that have the attribute. */
  | { kind: "tinytown"; attribute: string; n: number; seed: number; kinds: TextKind[] | null };

/** Which columns of records mean what; null where there is none. */
export interface Columns {
  text: string;
  label: string;
  /** Two columns with the UTF-16 offsets of the stretch, its end left out. */
  span: [start: string, end: string] | null;
  /** A column with a list of `{ start, end, attribute, value }`: one example each of this attribute, its value the label. */
  spans: { column: string; attribute: string | null } | null;
  /** Examples of one group stay on one side of the split. */
  group: string | null;
  /** Two examples with the same value are a statement and its contrary; they stay on one side too. */
  pair: string | null;
  /** `train` or `test`. */
  split: string | null;
}

/** What is to be told of an example. */
export interface TargetSpec {
  type: TargetType;
  /**
   * Classes, of two the positive one second, or the order, least first; null: those of the data, sorted. Examples with other
   * labels are left out. Null for a number.
   */
  names: string[] | null;
  /** One class against all others, which become “not …”; null: all classes are told apart. */
  positive: string | null;
  /** Examples that each class has at least; with fewer the data is refused. */
  least: number;
  /** Examples that are taken of each class at most, drawn by the seed; null: all. */
  most: number | null;
}

export interface SplitSpec {
  /** Share of the examples that are kept from training, 0 to 1. */
  test: number;
  by: SplitWay;
  /** Groups, or patterns of their names (`*`), that are the test set; null: drawn. */
  testGroups: string[] | null;
  duplicates: DuplicateWay;
}

/** What is measured beside a probe so that its figures can be explained away where they should be. */
export interface ControlSpec {
  /** Runs on shuffled labels; 0: none. */
  shuffled: number;
  /** Seeds over which intervals are told; 1: no intervals. */
  seeds: number;
  /** Runs of shuffled labels and of control tasks beside each place. */
  places: number;
  controlTask: boolean;
  nGram: boolean;
  /** The test set without what the n-gram baseline gets right. */
  cleaned: boolean;
  groupHeldOut: boolean;
  learningCurve: boolean;
  descriptionLength: boolean;
  usableInformation: boolean;
}

/** How a trained probe speaks up in the editor. */
export interface EditorSpec {
  /** Score from which it does: a probability, or of a number the number itself; null: 0.5, and never for a number. */
  threshold: number | null;
  severity: (typeof severities)[number];
  /** What it says in the place of the probe's own words. */
  message: string | null;
  /** Of more than two classes those that it says nothing of; null: those called “none” or the like, of an order the least. */
  silent: string[] | null;
}

/** A `*.probe.yaml`, with everything filled in that was left out. */
export interface ProbeSpec {
  name: string | null;
  description: string | null;
  /** The model and SAEs that it names, as a recipe does; null: those of the settings. */
  model: NamedSetup["model"];
  saes: NamedSetup["saes"];
  data: DataSource;
  columns: Columns;
  target: TargetSpec;
  level: Level;
  readAs: Reading;
  /** `resid_post`: that of every layer; `all`: every hook point of the model; else by name. */
  hooks: "resid_post" | "all" | string[];
  positions: Position[];
  kinds: KindId[];
  splits: SplitSpec;
  seed: number;
  /** Null: chosen by cross-validation. */
  penalty: number | null;
  /** Latents that a k-sparse probe reads; null: the kind's own choice. */
  k: number | null;
  /** Share of wrong certainties that an abstaining probe may have; null: the kind's own choice. */
  alpha: number | null;
  controls: ControlSpec;
  editor: EditorSpec;
}

/** A specification's text as read: null where it is none of version 1, or names no data that can be used. */
export interface ParsedProbe {
  spec: ProbeSpec | null;
  /** The set-up that it names, also where it is broken elsewhere. */
  named: NamedSetup;
  /** The data that it names, also where it is broken elsewhere. */
  data: Pick<ProbeSpec, "data" | "columns"> | null;
  /** Where each value stands, by its path: `data.files.0`. */
  places: ReadonlyMap<string, Place>;
  problems: PlacedProblem[];
}

/** How a specification's file is told by its name. */
export const probeEnding = ".probe.yaml";

export const isProbeName = (name: string): boolean => name.toLowerCase().endsWith(probeEnding);
