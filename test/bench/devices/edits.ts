import type { Analysis, Description } from "../../../server/src/protocol/engine.ts";
import type { SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { edit } from "../steering-material.ts";

type Named = [what: string, steering: SteeringEdit[]];

const waves = (width: number) => {
  const vector = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
  return { kind: "vector" as const, vector };
};

/** Every operation, and conditions; with latents of the last SAE that fire on the analysed text. */
export function operations({ model, saes }: Description, analysis: Analysis): Named[] {
  const hook = `blocks.${model.layers >> 1}.hook_resid_post`;
  const vector = waves(model.dModel);
  const plain: Named[] = [
    ["add a vector", [edit(hook, vector, { amount: 0.1, unit: "residual" })]],
    ["project a vector away", [edit(hook, vector, { operation: "project", amount: 0 })]],
    ["cap a projection", [edit(hook, vector, { operation: "cap", amount: 0.5 })]],
  ];
  const sae = saes.length - 1;
  if (sae < 0) return plain;
  const { rows, indices, values } = analysis.saes[sae];
  const sums = new Map<number, number>();
  for (let i = rows[1]; i < indices.length; i++)
    sums.set(indices[i], (sums.get(indices[i]) ?? 0) + values[i]);
  const [[latent, sum], [second]] = [...sums].sort(([, a], [, b]) => b - a);
  const mean = sum / (analysis.ids.length - 1);
  const of = (
    operation: SteeringEdit["operation"],
    amount: number | "mean",
    more: Partial<SteeringEdit> = {},
  ) => edit(saes[sae].hook, { kind: "latent", sae, latent }, { operation, amount, ...more });
  const when = [{ sae, latent: second, above: 0.1 * mean }];
  return [
    ...plain,
    ["add a latent", [of("add", 0.1, { unit: "residual" })]],
    ["scale a latent", [of("scale", 2)]],
    ["clamp a latent", [of("clamp", mean)]],
    ["ablate a latent", [of("ablate", 0)]],
    ["ablate a latent to its mean", [of("ablate", "mean")]],
    ["cap a latent", [of("cap", 0.5 * mean)]],
    ["add under a condition", [of("add", 0.1, { unit: "residual", when })]],
    [
      "add under a condition that lasts",
      [of("add", 0.1, { unit: "residual", when: when.map((it) => ({ ...it, release: 0 })) })],
    ],
  ];
}

/** Edits that change nothing. */
export function neutralEdits({ model, saes }: Description): Named[] {
  const hook = `blocks.${model.layers >> 1}.hook_resid_post`;
  return [
    ["add 0", [edit(hook, waves(model.dModel), { amount: 0 })]],
    ["scale a projection by 1", [edit(hook, waves(model.dModel), { operation: "scale", amount: 1 })]],
    ...saes.flatMap((found, sae): Named[] => {
      const latent = { kind: "latent" as const, sae, latent: 3 };
      return [
        [`scale by 1, SAE ${sae}`, [edit(found.hook, latent, { operation: "scale", amount: 1 })]],
        [
          `cap beyond any activation, SAE ${sae}`,
          [edit(found.hook, latent, { operation: "cap", amount: 1e9 })],
        ],
        [
          `a condition that never holds, SAE ${sae}`,
          [edit(found.hook, latent, { amount: 50, when: [{ sae, latent: 3, above: 1e9 }] })],
        ],
      ];
    }),
  ];
}
