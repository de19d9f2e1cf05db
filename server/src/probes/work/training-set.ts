import type { Split } from "../../learn/controls/learner.ts";
import { type Inputs, type Target, takeRows, textInputs } from "../../learn/data.ts";
import { type Units, unmet } from "../../learn/units.ts";
import { type ActivationRows, readRows } from "../activations/rows.ts";
import type { Apart } from "../data/divide.ts";

/** What stands in the place of activations for kinds that read texts: `[examples]` what of each is meant. */
export interface WrittenTexts {
  words: readonly string[];
}

/** Examples and where their activations lie; crosses to the workers. */
export interface TrainingSet extends Units {
  rows: ActivationRows | WrittenTexts;
  /** `[texts]` numbers of the texts in {@link ActivationRows}, in the order of the examples. */
  texts: Int32Array;
  /** At token level: the rows that are examples, of all rows of those texts; null: each text is one. */
  tokens: Int32Array | null;
  /** What is to be told, `[examples]`. */
  target: Target;
  /** `[examples]` numbers of the data's groups, where it has some: an example without one is a group of its own. */
  groups: Int32Array | null;
  /** What units do not hold whole. */
  apart: Apart | null;
  /** `[examples]` numbers of pairs, -1 for none. */
  pairs: Int32Array | null;
  /** `[examples]` what has a label of its own in a control task: the id of the token that is read, or the key word of the text. */
  types: Int32Array;
  typesAre: "tokens" | "words";
  /** Examples that choose nothing and examples that choose the cell make up what is learnt from; none of them is held out. */
  fit: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

/** All that is learnt from. */
export function trainingExamples({ fit, validation }: Pick<TrainingSet, "fit" | "validation">): Int32Array {
  return Int32Array.from([...fit, ...validation]).sort();
}

/** Keeps apart what is learnt from and what is told, where that is not done by units. */
export function keptApart(
  { apart }: Pick<TrainingSet, "apart">,
  learnt: Int32Array,
  told: Int32Array,
): Split {
  if (!apart) return { train: learnt, test: told };
  const { marks, from } = apart;
  return from === "told"
    ? { train: learnt, test: unmet(told, learnt, marks) }
    : { train: unmet(learnt, told, marks), test: told };
}

let last: { key: string; inputs: Inputs } | null = null;

/** The inputs of all examples, in their order. The last ones are kept: a cell's controls read what it read. */
export function loadInputs({ rows, texts, tokens }: TrainingSet): Inputs {
  if ("words" in rows) return textInputs(rows.words);
  const key = JSON.stringify([rows.name, rows.files, texts.length, texts[0], tokens?.length]);
  if (last?.key === key) return last.inputs;
  last = null;
  const read = readRows(rows, texts);
  const inputs = tokens ? { x: takeRows(read.x, tokens) } : read;
  last = { key, inputs };
  return inputs;
}
