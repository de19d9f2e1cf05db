import { addAt, dotAt } from "../dense.ts";
import { softmax } from "../sigmoid.ts";

/** Sizes of an attentive probe. */
export interface AttentiveShape {
  readonly columns: number;
  readonly queries: number;
  /** How many numbers each query pools: its slice of the value dimension. */
  readonly slice: number;
  /** Scores: classes (two have two), or 1 of a number. */
  readonly outputs: number;
}

/** Where each part begins in the one list of parameters. */
export function partsOf({ columns, queries, slice, outputs }: AttentiveShape) {
  const values = queries * columns;
  const head = values + queries * slice * columns;
  const bias = head + outputs * queries * slice;
  return { values, head, bias, size: bias + outputs };
}

/** What one example goes through. */
export interface AttentivePass {
  /** `[queries · tokens]` attention. */
  attention: Float64Array;
  /** `[queries · columns]` tokens pooled by each query. */
  pooled: Float64Array;
  /** `[queries · slice]` */
  hidden: Float64Array;
  /** `[outputs]` */
  scores: Float64Array;
}

/**
 * Each query q attends over the tokens themselves, softmax of q · x / √d without a projection to keys; its slice of the values
 * V x is averaged with that attention; all slices together pass a linear head. Averaging first and projecting then is the same.
 * @param parameters queries `[queries, columns]`, values `[queries, slice, columns]`, head `[outputs, queries · slice]`, bias
 * @param x `[tokens · columns]`
 */
export function attentivePass(
  shape: AttentiveShape,
  parameters: Float64Array,
  x: Float32Array,
): AttentivePass {
  const { columns, queries, slice, outputs } = shape;
  const parts = partsOf(shape);
  const tokens = x.length / columns;
  const attention = new Float64Array(queries * tokens);
  const pooled = new Float64Array(queries * columns);
  const hidden = new Float64Array(queries * slice);
  const scores = parameters.slice(parts.bias, parts.bias + outputs);
  for (let m = 0; m < queries; m++) {
    for (let t = 0; t < tokens; t++) {
      attention[m * tokens + t] =
        dotAt(parameters, m * columns, x, t * columns, columns) / Math.sqrt(columns);
    }
    const own = attention.subarray(m * tokens, (m + 1) * tokens);
    softmax(own, 0, own);
    for (let t = 0; t < tokens; t++)
      addAt(pooled, m * columns, attention[m * tokens + t], x, t * columns, columns);
    for (let j = m * slice; j < (m + 1) * slice; j++)
      hidden[j] = dotAt(parameters, parts.values + j * columns, pooled, m * columns, columns);
  }
  for (let o = 0; o < outputs; o++)
    for (let j = 0; j < hidden.length; j++)
      scores[o] += parameters[parts.head + o * hidden.length + j] * hidden[j];
  return { attention, pooled, hidden, scores };
}

/**
 * Loss of one example: −ln p of its class, or half the squared error of a number.
 * @param gradient added to, times `weight`
 */
export function attentiveLoss(
  shape: AttentiveShape,
  parameters: Float64Array,
  x: Float32Array,
  is: { label: number } | { value: number },
  weight: number,
  gradient: Float64Array,
): number {
  const pass = attentivePass(shape, parameters, x);
  const slopes = new Float64Array(shape.outputs);
  let loss: number;
  if ("value" in is) {
    slopes[0] = pass.scores[0] - is.value;
    loss = slopes[0] ** 2 / 2;
  } else {
    loss = softmax(pass.scores, 0, slopes) - pass.scores[is.label];
    slopes[is.label] -= 1;
  }
  for (let o = 0; o < shape.outputs; o++) slopes[o] *= weight;
  backward(shape, parameters, x, pass, slopes, gradient);
  return weight * loss;
}

function backward(
  shape: AttentiveShape,
  parameters: Float64Array,
  x: Float32Array,
  { attention, pooled, hidden }: AttentivePass,
  slopes: Float64Array,
  gradient: Float64Array,
): void {
  const { columns, queries, slice, outputs } = shape;
  const parts = partsOf(shape);
  const tokens = x.length / columns;
  const ofHidden = new Float64Array(hidden.length);
  for (let o = 0; o < outputs; o++) {
    gradient[parts.bias + o] += slopes[o];
    for (let j = 0; j < hidden.length; j++) {
      gradient[parts.head + o * hidden.length + j] += slopes[o] * hidden[j];
      ofHidden[j] += slopes[o] * parameters[parts.head + o * hidden.length + j];
    }
  }
  const ofPooled = new Float64Array(columns);
  const ofAttention = new Float64Array(tokens);
  for (let m = 0; m < queries; m++) {
    ofPooled.fill(0);
    for (let j = m * slice; j < (m + 1) * slice; j++) {
      addAt(gradient, parts.values + j * columns, ofHidden[j], pooled, m * columns, columns);
      addAt(ofPooled, 0, ofHidden[j], parameters, parts.values + j * columns, columns);
    }
    let mean = 0;
    for (let t = 0; t < tokens; t++) {
      ofAttention[t] = dotAt(ofPooled, 0, x, t * columns, columns);
      mean += attention[m * tokens + t] * ofAttention[t];
    }
    for (let t = 0; t < tokens; t++) {
      const slope = (attention[m * tokens + t] * (ofAttention[t] - mean)) / Math.sqrt(columns);
      addAt(gradient, m * columns, slope, x, t * columns, columns);
    }
  }
}
