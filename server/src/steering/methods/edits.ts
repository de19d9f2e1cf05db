import type { SaeInfo } from "../../protocol/engine.ts";
import type { SteeringEdit } from "../../protocol/steering.ts";

/** A latent with how much of its decoder direction is added. */
export interface Handle {
  /** Its place in the set-up. */
  sae: number;
  latent: number;
  /** Times the decoder row as it is in the file, which is one unit of activation. */
  coefficient: number;
}

/** Adds the handles' directions on the tokens that decide a generated one, the prompt's last among them. */
export function additions(handles: readonly Handle[], saes: readonly SaeInfo[]): SteeringEdit[] {
  return handles.map(({ sae, latent, coefficient }) => ({
    hook: saes[sae].hook,
    operation: "add",
    directions: [{ direction: { kind: "latent", sae, latent }, weight: 1 }],
    amount: coefficient,
    unit: "raw",
    onlyFiring: false,
    where: {
      ...{ tokens: "generated", roles: null, positions: null, steps: null, halfLife: null, first: false },
    },
    when: [],
  }));
}
