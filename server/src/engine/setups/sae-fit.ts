import type { SaeInfo } from "../../protocol/engine.ts";
import type { SaeLocation } from "../catalog/saes.ts";
import { EngineError } from "../errors.ts";
import { isHook } from "../models/hooks.ts";
import type { Model } from "../models/model.ts";
import { saeConventions } from "../saes/config.ts";
import type { Sae } from "../saes/sae.ts";
import type { SaeStatistics } from "../saes/statistics.ts";

/** Above this share of variance unexplained an SAE does not describe what it is laid on. */
const worstFvu = 0.5;

/** @throws EngineError `sae-hook-mismatch`, `sae-width-mismatch` */
export function assertFits(sae: Sae, location: SaeLocation, model: Model): void {
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "sae", path: location.path });
  if (!isHook(sae.hook, model.config.layers))
    throw fail(
      "sae-hook-mismatch",
      `${location.id} belongs to ${sae.hook}, which this model of ${model.config.layers} layers does not have.`,
      "Choose an SAE of this model, or name the hook point: PATH@blocks.N.hook_resid_post.",
    );
  const width = sae.hook.endsWith("hook_z") ? model.config.heads * model.config.headDim : model.config.dModel;
  if (sae.config.dIn !== width)
    throw fail(
      "sae-width-mismatch",
      `${location.id} expects ${sae.config.dIn} numbers a token, ${sae.hook} of this model has ${width}.`,
      "Choose an SAE that was trained on this model.",
    );
}

/** What there is to say of an SAE; `ok` where what was measured fits what its file declares. */
export function describeSae(sae: Sae, location: SaeLocation, statistics: SaeStatistics): SaeInfo {
  const { declaredL0 } = sae.config;
  const { l0, fvu } = statistics.check;
  const near = declaredL0 === null || (l0 > declaredL0 / 2 && l0 < declaredL0 * 2);
  return {
    id: location.id,
    path: sae.path,
    hook: sae.hook,
    architecture: sae.config.architecture,
    width: sae.config.width,
    conventions: saeConventions(sae.config, sae.dtype),
    check: { l0, fvu, declaredL0, verdict: near && fvu < worstFvu ? "ok" : "suspect" },
    labels: statistics.labels,
    maximum: statistics.maximum,
    frequency: statistics.frequency,
    frequencySource: statistics.source,
  };
}
