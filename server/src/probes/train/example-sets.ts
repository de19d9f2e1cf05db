import { hasControlTask } from "../../learn/controls/control-task.ts";
import type { Target } from "../../learn/data.ts";
import { equalFolds } from "../../learn/folds.ts";
import { randomOf, shuffled } from "../../learn/random.ts";
import { keyWords } from "../../learn/text/key-words.ts";
import { type ActivationRows, readRows } from "../activations/rows.ts";
import type { PreparedData } from "../data/prepare.ts";
import { tokenLabels } from "../data/token-labels.ts";
import type { Example } from "../data/types.ts";
import type { TrainingSet } from "../work/training-set.ts";
import { meantText } from "./texts.ts";

/** Examples of a training set without where their activations lie. */
export type ExampleSet = Omit<TrainingSet, "rows"> & {
  /** `[examples]` the example of the data that each is (part of), and at token level the token's offsets. */
  of: Int32Array;
  places: Float32Array | null;
};

/** Tokens that are learnt from at most, and told at most: neighbours say much the same. */
const mostTokens = 20_000;
/** Share of the training examples that chooses the cell. */
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
  const units = unitsOf(data, kept);
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
    groups: units,
    pairs: data.pairs && Int32Array.from(kept, (i) => data.pairs![i]),
    types:
      typesAre === "tokens"
        ? lastTokens
        : keyWords(
            Array.from(kept, (i) => meantText(data.examples[i])),
            train,
          ),
    typesAre,
    ...chooser(train, picked, units, seed),
    test,
    of: kept,
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
  const test = new Set(data.test);
  const sides = [false, true].map((isTest) =>
    drawn(
      [...labels.keys()].filter((row) => labels[row] >= 0 && test.has(kept[owner[row]]) === isTest),
      labels,
      seed,
    ),
  );
  const tokens = Int32Array.from([...sides[0], ...sides[1]].sort((a, b) => a - b));
  const at = new Map(Array.from(tokens, (row, i) => [row, i]));
  const side = (of: number[]) => Int32Array.from(of, (row) => at.get(row)!).sort();
  const target: Target = { type: "classes", names: classes.names, labels: tokens.map((row) => labels[row]) };
  const groups = tokens.map((row) => owner[row]);
  return {
    texts: Int32Array.from(kept.keys()),
    tokens,
    target,
    groups,
    pairs: null,
    types: tokens.map((row) => x.values[row * 3 + 2]),
    typesAre: "tokens",
    ...chooser(side(sides[0]), target, groups, seed),
    test: side(sides[1]),
    of: tokens.map((row) => kept[owner[row]]),
    places: Float32Array.from([...tokens].flatMap((row) => [x.values[row * 3], x.values[row * 3 + 1]])),
  };
}

/** Of more tokens than are of use those of rare classes first, so that the commonest one gives way. */
function drawn(rows: number[], labels: Int32Array, seed: number): number[] {
  if (rows.length <= mostTokens) return rows;
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
  let each = mostTokens / counts.size;
  for (let round = 0; round < counts.size; round++) {
    const small = [...counts.values()].filter((count) => count <= each);
    const left = mostTokens - small.reduce((a, b) => a + b, 0);
    each = left / Math.max(1, counts.size - small.length);
  }
  const taken = new Map<number, number>();
  return [...shuffled(rows.length, randomOf(seed))].flatMap((i) => {
    const label = labels[rows[i]];
    const before = taken.get(label) ?? 0;
    if (before >= each) return [];
    taken.set(label, before + 1);
    return [rows[i]];
  });
}

/** What stays together besides the split: a group where the data has groups, else a pair or a record; null where all stand alone. */
function unitsOf({ examples, groups }: PreparedData, kept: Int32Array): Int32Array | null {
  if (groups) return Int32Array.from(kept, (i) => groups[i]);
  const numbers = new Map<string, number>();
  const units = Int32Array.from(kept, (i) => {
    const key = unitOf(examples[i]);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
  return numbers.size < kept.length ? units : null;
}

const unitOf = ({ pair, record }: Example): string => (pair === null ? `record ${record}` : `pair ${pair}`);

/** Parts the training examples into those that choose the cell and the others; with too few, none choose. */
function chooser(
  train: Int32Array,
  target: Target,
  groups: Int32Array | null,
  seed: number,
): Pick<TrainingSet, "fit" | "validation"> {
  const units = groups ? new Set(Array.from(train, (i) => groups[i])).size : train.length;
  if (units < 2 * validationFolds) return { fit: train, validation: new Int32Array(0) };
  const fold = equalFolds(train.length, validationFolds, seed, {
    groups: groups ? Int32Array.from(train, (i) => groups[i]) : undefined,
    labels: target.type === "number" ? undefined : Int32Array.from(train, (i) => target.labels[i]),
  });
  return { fit: train.filter((_, i) => fold[i] !== 0), validation: train.filter((_, i) => fold[i] === 0) };
}
