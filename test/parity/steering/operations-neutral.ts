import type { SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { everywhere } from "./engine.ts";

type Named = [name: string, edits: SteeringEdit[]];

/** Edits that change no bit of what a model says, by name. @param hooks of the SAEs @param width of the residual stream */
export function neutralEdits(hooks: string[], width: number): Named[] {
  const edit = (sae: number, more: Partial<SteeringEdit>): SteeringEdit => ({
    hook: hooks[sae],
    operation: "scale",
    directions: [{ direction: { kind: "latent", sae, latent: 3 }, weight: 1 }],
    amount: 1,
    unit: "raw",
    onlyFiring: false,
    where: { ...everywhere, first: true },
    when: [],
    ...more,
  });
  const vector = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
  const when = [{ sae: 0, latent: 3, above: 1e9 }];
  const nowhere = { ...everywhere, tokens: "prompt" as const, roles: ["nobody"] };
  return [
    ...hooks.flatMap((_, sae): Named[] => [
      [`scale by 1, SAE ${sae}`, [edit(sae, {})]],
      [`cap beyond any activation, SAE ${sae}`, [edit(sae, { operation: "cap", amount: 1e9 })]],
      [`add 0, SAE ${sae}`, [edit(sae, { operation: "add", amount: 0 })]],
      [`scale by 2 nowhere, SAE ${sae}`, [edit(sae, { amount: 2, where: nowhere })]],
    ]),
    [
      "scale a vector by 1",
      [edit(0, { directions: [{ direction: { kind: "vector", vector }, weight: 1 }] })],
    ],
    [
      "a condition that never holds",
      [edit(0, { operation: "clamp", amount: 50, when }), edit(0, { operation: "add", amount: 50, when })],
    ],
  ];
}

export const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
