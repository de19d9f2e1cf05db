import type { CheckReport } from "../../protocol/engine.ts";
import { EngineError } from "../errors.ts";
import type { LoadedSetup } from "./loaded-setup.ts";

/**
 * The answer of `model check`: what the model is, and that it runs.
 * @throws EngineError `weights-nan` where the model's output is not finite
 */
export async function checkModel(setup: LoadedSetup): Promise<CheckReport> {
  const { model } = setup.description;
  const { ids } = setup.encode([{ role: null, text: "One line to see that numbers come out." }]);
  await setup.model.forward(ids);
  return {
    kind: "model",
    id: model.id,
    path: model.path,
    ok: true,
    facts: [
      `${model.family}, ${model.layers} layers, d_model ${model.dModel}, vocabulary ${model.vocabulary}, context ${model.contextLength}.`,
      `Weights ${model.dtype}, computed in ${model.computeDtype} on ${model.device} (${model.deviceReason}).`,
      ...model.conventions,
    ],
    verified: [
      "Every tensor has the shape that config.json implies, and the graph was built and loaded.",
      `A text of ${ids.length} tokens ran; all log-probabilities are finite.`,
    ],
    problems: setup.problems,
  };
}

/**
 * The answer of `sae check`: what the first SAE is, and what was measured with it.
 * @throws EngineError `sae-not-found` where the set-up has none
 */
export function checkSae(setup: LoadedSetup, id: string): CheckReport {
  const [sae] = setup.description.saes;
  if (!sae)
    throw new EngineError({
      code: "sae-not-found",
      message: `No SAE is named, and none comes with ${setup.description.model.id}.`,
      remedy: "Name an SAE: the id of an embedded one, a folder, or a Hub id with a path.",
      subject: "sae",
    });
  const { l0, fvu, declaredL0, verdict } = sae.check;
  const declared = declaredL0 === null ? "" : ` (declared ${declaredL0})`;
  const { source } = setup.saes[0].statistics.check;
  return {
    kind: "sae",
    id,
    path: sae.path,
    ok: verdict !== "suspect",
    facts: [`${sae.architecture}, ${sae.width} latents at ${sae.hook}.`, ...sae.conventions],
    verified: [`Measured on ${source}: L0 ${l0?.toFixed(1)}${declared}, FVU ${fvu?.toFixed(3)}: ${verdict}.`],
    problems: setup.problems,
  };
}
