import { hasControlTask } from "../../learn/controls/control-task.ts";
import type { Target } from "../../learn/data.ts";
import { equalFolds, partOf } from "../../learn/folds.ts";
import { randomOf, shuffled } from "../../learn/random.ts";
import { keyWords } from "../../learn/text/key-words.ts";
import { numbered, unlessAlone } from "../../learn/units.ts";
import { type ActivationRows, readRows } from "../activations/rows.ts";
import type { PreparedData } from "../data/prepare.ts";
import { tokenLabels } from "../data/token-labels.ts";
import type { TrainingSet } from "../work/training-set.ts";
import { baselineTexts } from "./texts.ts";

/** Examples of a training set without where their activations lie. */
export type ExampleSet = Omit<TrainingSet, "rows"> & {
  /** `[examples]` the example of the data that each is (part of), and at token level the token's offsets. */
  of: Int32Array;
  places: Float32Array | null;
  /** Tokens that are not examples, since there are more than are of use. */
  passedOver: number;
};

/** Tokens that are learnt from at most, and told at most: neighbours say much the same. */
const mostTokens = 20_000;
/** Folds of the training examples, of which one chooses the cell; fewer where there are fewer than two units for each. */
const validationFolds = 5;

/** One example a text (or stretch). @param kept numbers of the data's examples that the model can read, rising */
export function textExamples(
  data: PreparedData,
  kept: Int32Array,
  lastIds: ActivationRows,
  seed: number,
): ExampleSet {
  const target = data.target as Target;
  const at = new Map(Array.from(kept, (example, i) => [example, i]));
  const side = (of: Int32Array) => Int32Array.from([...of].flatMap((i) => at.get(i) ?? []));
  const numbers = Int32Array.from(kept.keys());
  const units = unlessAlone(kept.map((i) => data.units[i]));
  const [train, test] = [side(data.train), side(data.test)];
  const lastTokens = Int32Array.from(readRows(lastIds, numbers).x.values);
  const typesAre = hasControlTask(lastTokens, train) ? ("tokens" as const) : ("words" as const);
  const picked: Target =
    target.type === "number"
      ? { ...target, values: Float64Array.from(kept, (i) => target.values[i]) }
      : { ...target, labels: Int32Array.from(kept, (i) => target.labels[i]) };
  return {
    texts: numbers,
    tokens: null,
    target: picked,
    units,
    copies: unlessAlone(kept.map((i) => data.copies[i])),
    groups: groupsOf(data, kept),
    apart: apartOf(data, kept),
    pairs: data.pairs && Int32Array.from(kept, (i) => data.pairs![i]),
    types:
      typesAre === "tokens"
        ? lastTokens
        : keyWords(
            baselineTexts(
              Array.from(kept, (i) => data.examples[i]),
              null,
            ).meant,
            train,
          ),
    typesAre,
    ...chooser(train, picked, units, seed),
    test,
    of: kept,
    passedOver: 0,
    places: null,
  };
}

/** One example a token; of many a drawn part. @param places rows of {@link placesName} */
export function tokenExamples(
  data: PreparedData,
  kept: Int32Array,
  places: ActivationRows,
  seed: number,
): ExampleSet {
  const classes = data.classes!;
  const { x, starts } = readRows(places, Int32Array.from(kept.keys()));
  const labels = new Int32Array(x.rows);
  const owner = new Int32Array(x.rows);
  kept.forEach((example, i) => {
    const [from, to] = [starts![i], starts![i + 1]];
    const column = (c: number) => Array.from({ length: to - from }, (_, t) => x.values[(from + t) * 3 + c]);
    const names = tokenLabels(data.examples[example].tokens ?? [], column(0), column(1));
    names.forEach((name, t) => {
      labels[from + t] = classes.of(name);
      owner[from + t] = i;
    });
  });
  const all = [data.train, data.test].map((examples) => {
    const own = new Set(examples);
    return [...labels.keys()].filter((row) => labels[row] >= 0 && own.has(kept[owner[row]]));
  });
  const sides = all.map((rows) => drawn(rows, seed));
  const tokens = Int32Array.from([...sides[0], ...sides[1]].sort((a, b) => a - b));
  const at = new Map(Array.from(tokens, (row, i) => [row, i]));
  const side = (of: number[]) => Int32Array.from(of, (row) => at.get(row)!).sort();
  const target: Target = { type: "classes", names: classes.names, labels: tokens.map((row) => labels[row]) };
  const of = tokens.map((row) => kept[owner[row]]);
  const units = unlessAlone(of.map((i) => data.units[i]));
  // Copies of a text have as many tokens, each a copy of its like.
  const place = (row: number) => `${data.copies[kept[owner[row]]]} ${row - starts![owner[row]]}`;
  return {
    texts: Int32Array.from(kept.keys()),
    tokens,
    target,
    units,
    copies: unlessAlone(numbered(Array.from(tokens, place))),
    groups: groupsOf(data, of),
    apart: apartOf(data, of),
    pairs: null,
    types: tokens.map((row) => x.values[row * 3 + 2]),
    typesAre: "tokens",
    ...chooser(side(sides[0]), target, units, seed),
    test: side(sides[1]),
    of,
    passedOver: all[0].length + all[1].length - tokens.length,
    places: Float32Array.from([...tokens].flatMap((row) => [x.values[row * 3], x.values[row * 3 + 1]])),
  };
}

/** Of more tokens than are of use some at random, so that each class keeps its share. */
function drawn(rows: number[], seed: number): number[] {
  if (rows.length <= mostTokens) return rows;
  return Array.from(shuffled(rows.length, randomOf(seed)).subarray(0, mostTokens), (i) => rows[i]);
}

/** Groups by their number; an example without one is a group of its own. */
function groupsOf({ groups, groupNames }: PreparedData, kept: Int32Array): Int32Array | null {
  return groups && kept.map((i) => (groups[i] < 0 ? groupNames.length + i : groups[i]));
}

const apartOf = ({ apart }: PreparedData, kept: Int32Array): TrainingSet["apart"] =>
  apart && { ...apart, marks: kept.map((i) => apart.marks[i]) };

/** Parts the training examples into those that choose the cell, a fifth where they allow it, and the others; with too few, none choose. */
function chooser(
  train: Int32Array,
  target: Target,
  units: Int32Array | null,
  seed: number,
): Pick<TrainingSet, "fit" | "validation"> {
  const own = units && Int32Array.from(train, (i) => units[i]);
  const count = own ? new Set(own).size : train.length;
  const folds = Math.min(validationFolds, Math.floor(count / 2));
  if (folds < 2) return { fit: train, validation: new Int32Array(0) };
  const fold = equalFolds(train.length, folds, seed, {
    groups: own ?? undefined,
    labels: target.type === "number" ? undefined : Int32Array.from(train, (i) => target.labels[i]),
  });
  // A large unit makes a large fold.
  const off = (which: number) => Math.abs(partOf(fold, which).inside.length - train.length / folds);
  const which = Array.from({ length: folds }, (_, f) => f).reduce((a, b) => (off(b) < off(a) ? b : a));
  return {
    fit: train.filter((_, i) => fold[i] !== which),
    validation: train.filter((_, i) => fold[i] === which),
  };
}
