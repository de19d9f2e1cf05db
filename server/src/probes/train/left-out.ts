import type { LeftOut } from "../activations/cache.ts";
import { checkSides, type PreparedData, type PreparedSpec } from "../data/prepare.ts";
import type { DataProblem } from "../data/types.ts";

/** Why texts are left out, and what to do where that is all of them. */
const reasons: Record<ReturnType<LeftOut["get"]> & string, { are: string; remedy: string }> = {
  "too-long": {
    are: "longer than the model's context (or, for attention, than 512 tokens)",
    remedy: "Shorten them, or cut them into parts.",
  },
  "no-token": { are: "without a token to read", remedy: "Give texts that the tokenizer does not leave out." },
  "not-finite": {
    are: "read by the model as what is no finite number (NaN or ∞) at a hook point that is wanted",
    remedy: "Check the model (steerscope model check), or name other hooks.",
  },
};

/** A problem for each reason why texts were left out, with their places. */
export function leftOutProblems(left: LeftOut, { examples }: Pick<PreparedData, "examples">): DataProblem[] {
  return (Object.keys(reasons) as (keyof typeof reasons)[]).flatMap((why): DataProblem[] => {
    const those = [...left].filter(([, it]) => it === why).map(([i]) => examples[i].source.where);
    if (those.length === 0) return [];
    const named = `${those.slice(0, 3).join("; ")}${those.length > 3 ? "; …" : ""}`;
    const all = those.length === examples.length;
    return [
      {
        code: `probe-text-${why}`,
        message: `${all ? "All" : those.length} of ${examples.length} texts are ${reasons[why].are}: ${named}.`,
        remedy: all ? reasons[why].remedy : "They are left out.",
        subject: "probe",
        severity: all ? "error" : "warning",
        at: "data",
      },
    ];
  });
}

/**
 * Why what is left cannot be trained and tested on; null where it can.
 * @param kept numbers of the examples that the model can read
 * @param leftOut why the others are not among them
 */
export function lackOf(
  kept: Int32Array,
  leftOut: readonly DataProblem[],
  data: PreparedData,
  spec: Pick<PreparedSpec, "target">,
): DataProblem | null {
  if (leftOut.length === 0) return null;
  if (kept.length === 0) return leftOut[0];
  const still = new Set(kept);
  const [train, test] = [data.train, data.test].map((side) => side.filter((i) => still.has(i)));
  const error = checkSides({ ...data, train, test }, spec).find(({ severity }) => severity === "error");
  if (!error) return null;
  return {
    ...error,
    message: `${leftOut.map(({ message }) => message).join(" ")} Without them: ${error.message}`,
  };
}
