import type { Target } from "../../learn/data.ts";
import { randomOf, shuffled } from "../../learn/random.ts";
import type { ProbeSpec } from "../spec/types.ts";
import { checkBalance, checkClasses, checkExamples, checkNumbers } from "./check.ts";
import { type Classes, classesOf } from "./classes.ts";
import { type Division, divided } from "./divide.ts";
import { contradictions } from "./duplicates.ts";
import { type DataAccess, readExamples } from "./read.ts";
import { pattern } from "./split.ts";
import { type DataProblem, type Example, noLabel } from "./types.ts";

/** Examples that a probe can be trained and tested on. */
export interface PreparedData extends Omit<Division, "split" | "problems"> {
  examples: Example[];
  /** Classes, of two the positive one second; null for numbers. */
  classes: Classes | null;
  /** What is to be told of each example, `[examples]`; null at token level, where the tokens decide it. */
  target: Target | null;
  /** Numbers of the examples on each side, rising. */
  train: Int32Array;
  test: Int32Array;
  /** `[examples]` the group and the pair of each, -1 for none; null where the data has none. */
  groups: Int32Array | null;
  pairs: Int32Array | null;
  /** Names of the groups, by their number. */
  groupNames: string[];
}

/** What of a specification decides its data. */
export type PreparedSpec = Pick<ProbeSpec, "data" | "columns" | "level" | "target" | "splits" | "seed">;

/**
 * Reads, checks and splits the data of a specification. Of the same files and the same specification it is the same each time.
 * @returns data null where a problem is an error: such data is not to be trained on
 * @throws ProblemError with file and line for what cannot be read, CancelledError
 */
export async function prepareData(
  spec: PreparedSpec,
  access: DataAccess,
): Promise<{ data: PreparedData | null; problems: DataProblem[] }> {
  const { target, splits, seed } = spec;
  const isNumber = target.type === "number";
  const read = await readExamples(spec, access);
  const problems = checkExamples(read, isNumber);
  const refused = () => problems.some(({ severity }) => severity === "error");
  if (refused()) return { data: null, problems };
  const classes = isNumber ? null : classesOf(target, read);
  if (classes) problems.push(...checkClasses(classes, read));
  if (refused()) return { data: null, problems };
  const examples = chosen(read, classes, target.most, seed, problems);
  problems.push(...contradictions(examples));
  const strata = classes ? strataOfClasses(examples, classes) : strataOfNumbers(examples);
  problems.push(...unknownGroups(examples, splits.testGroups));
  const { split, problems: divisions, ...units } = divided(examples, strata, splits, seed);
  problems.push(...divisions, ...checkSides({ examples, classes, ...split }, spec));
  if (refused()) return { data: null, problems };
  const groups = numbered(examples.map(({ group }) => group));
  const pairs = numbered(examples.map(({ pair }) => pair));
  return {
    data: {
      examples,
      classes,
      target: targetOf(examples, classes, spec),
      ...split,
      ...units,
      groups: groups.names.length > 0 ? groups.numbers : null,
      groupNames: groups.names,
      pairs: pairs.names.length > 0 ? pairs.numbers : null,
    },
    problems,
  };
}

/** Whether there is enough of everything on both sides. */
export function checkSides(
  { examples, classes, train, test }: Pick<PreparedData, "examples" | "classes" | "train" | "test">,
  { target: { least } }: Pick<PreparedSpec, "target">,
): DataProblem[] {
  if (classes) return checkBalance(classes, { train, test }, (of) => countsOf(examples, of, classes), least);
  const some = Array.from([...train, ...test], (i) => examples[i]);
  return checkNumbers(some, { train, test }, least);
}

/** Examples of the classes that are meant, at most so many of each. */
function chosen(
  read: Example[],
  classes: Classes | null,
  most: number | null,
  seed: number,
  problems: DataProblem[],
): Example[] {
  if (!classes) return read;
  const isMeant = ({ label, tokens }: Example) => tokens !== null || classes.of(String(label)) >= 0;
  const meant = read.filter(isMeant);
  const left = read.length - meant.length;
  if (left > 0)
    problems.push({
      code: "probe-left-out",
      message: `${left} of ${read.length} examples have labels that target does not name; the first is ${read.find((it) => !isMeant(it))!.source.where}.`,
      remedy: "They are left out.",
      subject: "probe",
      severity: "information",
      at: "target",
    });
  if (most === null) return meant;
  const taken = new Map<number, number>();
  const keep = new Uint8Array(meant.length);
  for (const i of shuffled(meant.length, randomOf(seed))) {
    const stratum = meant[i].tokens ? 0 : classes.of(String(meant[i].label));
    const before = taken.get(stratum) ?? 0;
    if (before >= most) continue;
    keep[i] = 1;
    taken.set(stratum, before + 1);
  }
  return meant.filter((_, i) => keep[i] === 1);
}

/** Classes as strata; a text of tokens belongs to the stratum of its rarest class. */
function strataOfClasses(examples: readonly Example[], classes: Classes): Int32Array {
  const all = countsOf(examples, Int32Array.from(examples.keys()), classes);
  return Int32Array.from(examples, ({ label, tokens }) => {
    if (!tokens) return classes.of(String(label));
    const found = tokens.map((it) => classes.of(it.label)).filter((it) => it >= 0);
    return found.reduce((a, b) => (all[b] < all[a] ? b : a), found[0] ?? 0);
  });
}

/** Tenths of the numbers as strata. */
function strataOfNumbers(examples: readonly Example[]): Int32Array {
  const order = [...examples.keys()].sort((a, b) => Number(examples[a].label) - Number(examples[b].label));
  const strata = new Int32Array(examples.length);
  for (const [rank, i] of order.entries()) strata[i] = Math.floor((10 * rank) / examples.length);
  return strata;
}

/** Examples of each class among some; of tokens the stretches, and the texts for what no stretch covers. */
function countsOf(examples: readonly Example[], some: Int32Array, classes: Classes): number[] {
  const counts = new Array<number>(classes.names.length).fill(0);
  const add = (label: string): void => {
    const c = classes.of(label);
    if (c >= 0) counts[c]++;
  };
  for (const i of some) {
    const { label, tokens } = examples[i];
    add(tokens ? noLabel : String(label));
    for (const it of tokens ?? []) add(it.label);
  }
  return counts;
}

function targetOf(
  examples: readonly Example[],
  classes: Classes | null,
  { target }: PreparedSpec,
): Target | null {
  if (examples.some(({ tokens }) => tokens !== null)) return null;
  if (!classes || target.type === "number")
    return { type: "number", values: Float64Array.from(examples, ({ label }) => Number(label)) };
  const labels = Int32Array.from(examples, ({ label }) => classes.of(String(label)));
  return { type: target.type, names: classes.names, labels };
}

/** Test groups that no example is of. */
function unknownGroups(examples: readonly Example[], testGroups: readonly string[] | null): DataProblem[] {
  return (testGroups ?? []).flatMap((written, i): DataProblem[] => {
    const is = pattern(written);
    if (examples.some(({ group }) => group !== null && is.test(group))) return [];
    const groups = [...new Set(examples.map(({ group }) => group).filter((it) => it !== null))];
    return [
      {
        code: "probe-group-unknown",
        message: `No example is of the group “${written}”.`,
        remedy: `Groups are ${groups.slice(0, 8).join(", ")}${groups.length > 8 ? ", …" : ""}; * stands for anything.`,
        subject: "probe",
        severity: "error",
        at: `splits.test-groups.${i}`,
      },
    ];
  });
}

function numbered(names: readonly (string | null)[]): { numbers: Int32Array; names: string[] } {
  const known = new Map<string, number>();
  const numbers = Int32Array.from(names, (name) => {
    if (name === null) return -1;
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  });
  return { numbers, names: [...known.keys()] };
}
