import { sharesOf, usableInformation } from "../../learn/controls/usable-information.ts";
import { takeTarget } from "../../learn/data.ts";
import { mostLikely } from "../../learn/metrics/classes.ts";
import type { ProbeError } from "../../protocol/probe-report.ts";
import type { Example } from "../data/types.ts";
import type { TrainingSet } from "../work/training-set.ts";
import type { ExampleSet } from "./example-sets.ts";

/** How many are shown. */
const most = 25;

/**
 * The held-out examples that the probe is most wrong about: of classes those told wrongly, by how much the true label surprised it
 * (pointwise V-usable information, lowest first); of numbers those told farthest from what they are.
 * @param told `[test · outputs]`
 * @param saysSurprise whether the surprise is told too
 */
export function worstErrors(
  { target, fit, validation, test }: Pick<TrainingSet, "target" | "fit" | "validation" | "test">,
  told: Float64Array,
  { of, places }: ExampleSet,
  examples: readonly Example[],
  saysSurprise: boolean,
): ProbeError[] {
  const shown = (i: number): Pick<ProbeError, "text" | "span" | "source"> => {
    const { text, span, source } = examples[of[test[i]]];
    const token: [number, number] | null = places && [places[2 * test[i]], places[2 * test[i] + 1]];
    return { text, span: token ?? (span && [span[0], span[1]]), source };
  };
  if (target.type === "number") {
    const off = (i: number) => Math.abs(told[i] - target.values[test[i]]);
    return [...test.keys()]
      .sort((a, b) => off(b) - off(a))
      .slice(0, most)
      .map((i) => ({
        ...shown(i),
        label: String(target.values[test[i]]),
        told: told[i].toPrecision(3),
        score: told[i],
        surprise: null,
      }));
  }
  const { names } = target;
  const classes = names.length;
  const is = takeTarget(target, test);
  if (is.type === "number") return [];
  const trained = Int32Array.from([...fit, ...validation], (i) => target.labels[i]);
  const { pointwise } = usableInformation(told, sharesOf(trained, classes, test.length), is.labels, classes);
  const says = mostLikely(told, classes);
  return [...test.keys()]
    .filter((i) => says[i] !== is.labels[i])
    .sort((a, b) => pointwise[a] - pointwise[b])
    .slice(0, most)
    .map((i) => ({
      ...shown(i),
      label: names[is.labels[i]],
      told: names[says[i]],
      score: told[i * classes + says[i]],
      surprise: saysSurprise ? -pointwise[i] : null,
    }));
}
