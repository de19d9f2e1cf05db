/** What Adam remembers of a run. */
export interface AdamState {
  step: number;
  /** `[parameters]` running means of the gradient and of its square. */
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export function adamState(parameters: number): AdamState {
  return { step: 0, first: new Float64Array(parameters), second: new Float64Array(parameters) };
}

/**
 * One step of Adam (D. P. Kingma and J. Ba 2015) with decoupled weight decay (I. Loshchilov and F. Hutter 2019), as PyTorch's
 * `AdamW` with its usual betas.
 * @param parameters changed in place
 */
export function adamStep(
  parameters: Float64Array,
  gradient: Float64Array,
  state: AdamState,
  rate: number,
  decay: number,
): void {
  const [beta1, beta2] = [0.9, 0.999];
  state.step++;
  const correct1 = 1 - beta1 ** state.step;
  const correct2 = 1 - beta2 ** state.step;
  for (let k = 0; k < parameters.length; k++) {
    state.first[k] = beta1 * state.first[k] + (1 - beta1) * gradient[k];
    state.second[k] = beta2 * state.second[k] + (1 - beta2) * gradient[k] ** 2;
    parameters[k] *= 1 - rate * decay;
    parameters[k] -= (rate * (state.first[k] / correct1)) / (Math.sqrt(state.second[k] / correct2) + 1e-8);
  }
}
