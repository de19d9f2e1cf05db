import { Tensor } from "onnxruntime-node";
import { EngineError } from "../errors.ts";
import type { Feeds } from "../runtime/session.ts";
import { port } from "./forward.ts";
import { canonicalHook, isResidualHook, unknownHook } from "./hooks.ts";

/** `x' = keep ⊙ x + delta` at a residual hook point; `shape` is `[1 or T, 1 or d]` of the new tokens. */
export interface Edit {
  hook: string;
  /** Row-major numbers of `shape`; all 1 where left out. */
  keep?: Float32Array;
  /** Row-major numbers of `shape`; all 0 where left out. */
  delta?: Float32Array;
  shape: [rows: number, columns: number];
}

const one = new Tensor("float32", Float32Array.of(1), [1, 1]);
const zero = new Tensor("float32", Float32Array.of(0), [1, 1]);

/**
 * Feeds every place of a graph where an edit is possible: with the edit that falls there, else with one that changes nothing.
 * @param places canonical names of the hook points
 * @param stream tokens and width of the residual stream in this pass, `[T, d]`
 * @throws EngineError `hook-unknown`, `edit-conflict`, `edit-shape`
 */
export function feedEdits(
  feeds: Feeds,
  places: string[],
  edits: Edit[],
  stream: [tokens: number, width: number],
  layers: number,
): void {
  for (const hook of places) {
    feeds[port.keep(hook)] = one;
    feeds[port.delta(hook)] = zero;
  }
  const taken = new Set<string>();
  for (const edit of edits) {
    if (!isResidualHook(edit.hook)) throw unknownHook(edit.hook, layers);
    const hook = canonicalHook(edit.hook);
    if (taken.has(hook))
      throw new EngineError({
        code: "edit-conflict",
        message: `Two edits of one pass fall on ${hook}.`,
        remedy:
          "Combine them into one edit (the residual before a layer is the residual after the one before).",
        subject: "model",
      });
    taken.add(hook);
    if (!places.includes(hook)) throw new Error(`This session takes no edit at ${hook}.`);
    assertShape(edit, stream);
    const size = edit.shape[0] * edit.shape[1];
    feeds[port.keep(hook)] = new Tensor("float32", edit.keep ?? new Float32Array(size).fill(1), edit.shape);
    feeds[port.delta(hook)] = new Tensor("float32", edit.delta ?? new Float32Array(size), edit.shape);
  }
}

/** The graph broadcasts one row or one column over all, and nothing else. */
function assertShape({ hook, shape, keep, delta }: Edit, [tokens, width]: [number, number]): void {
  const [rows, columns] = shape;
  const fits = (rows === 1 || rows === tokens) && (columns === 1 || columns === width);
  const wrong = [keep, delta].find((numbers) => numbers && numbers.length !== rows * columns);
  if (fits && !wrong) return;
  throw new EngineError({
    code: "edit-shape",
    message: fits
      ? `An edit at ${hook} of shape [${shape}] has ${wrong?.length} numbers.`
      : `An edit at ${hook} has the shape [${shape}], but the pass has ${tokens} tokens of width ${width}.`,
    remedy: `Give it 1 or ${tokens} rows, 1 or ${width} columns, and as many numbers as their product.`,
    subject: "model",
  });
}
