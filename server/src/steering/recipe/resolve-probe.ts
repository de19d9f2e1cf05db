import type { PlacedProblem } from "../../analysis/document.ts";
import { oneName, streamHook } from "../../analysis/hooks.ts";
import { linearTelling, logOdds } from "../../learn/linear-telling.ts";
import type { RestoredProbe } from "../../probes/saved/restore.ts";
import type { DirectionSource, WeightedDirection } from "../../protocol/steering.ts";
import { meantDirection, openedProbe, probeWords } from "./probe-reading.ts";
import type { ResolvedCondition } from "./resolve-conditions.ts";
import { at, isProblem } from "./resolve-feature.ts";
import type { ResolvedSource } from "./resolve-source.ts";
import type { Surroundings } from "./surroundings.ts";
import type { ProbeReference, RecipeBounds } from "./types.ts";
import { boundWords } from "./words.ts";

/**
 * A trained probe's direction, at the hook point that it reads; of a probe on latents the sum of their decoder directions with its
 * weights.
 * @throws CancelledError
 */
export async function resolveProbe(
  reference: ProbeReference,
  surroundings: Surroundings,
): Promise<ResolvedSource | PlacedProblem> {
  const opened = await openedProbe(reference, surroundings);
  if (isProblem(opened)) return opened;
  const directions = opened.fit.directions();
  if (directions.length === 0)
    return at(
      reference,
      "recipe-probe-no-direction",
      `The probe “${reference.name}” (${opened.saved.fit.kind}) has no direction: it weighs tokens or heads.`,
      "Train a probe of a linear kind, such as logistic or mass-mean.",
    );
  const meant = meantDirection(reference, opened, directions);
  if (isProblem(meant)) return meant;
  const vector = directions[meant.index].vector.map((it) => meant.sign * it);
  const found = await written(reference, opened, vector, surroundings);
  if (isProblem(found)) return found;
  const { hook, direction } = found;
  return {
    hooks: [hook],
    feature: null,
    direction(asked) {
      if (oneName(asked) === oneName(hook)) return direction;
      return at(
        reference,
        "recipe-probe-elsewhere",
        `The probe “${reference.name}” was trained at ${hook}; its direction means nothing at ${asked}.`,
        "Take hook and layers away, or train a probe there.",
      );
    },
    words: probeWords(reference.name, meant.towards),
  };
}

/** Where a probe's direction is written into the stream, and as what. */
async function written(
  reference: ProbeReference,
  { saved }: RestoredProbe,
  vector: Float32Array,
  { identify, description }: Surroundings,
): Promise<{ hook: string; direction: DirectionSource } | PlacedProblem> {
  const { source } = saved.reads;
  if (source.kind === "hook" && streamHook(source.hook) === source.hook)
    return { hook: source.hook, direction: { kind: "vector", vector } };
  if (source.kind !== "latents") return notInStream(reference, saved.reads.source);
  const { saes } = await identify();
  const sae = saes.findIndex(({ sha256, hook }) => sha256 === source.sha256 && hook === source.hook);
  const hook = streamHook(source.hook);
  if (hook === null) return notInStream(reference, source);
  if (sae < 0)
    return at(
      reference,
      "recipe-probe-sae-missing",
      `The probe “${reference.name}” reads latents of ${source.sae} at ${source.hook}, which is not in this set-up of ${description.model.id}.`,
      "Add the SAE to the recipe's saes.",
    );
  const terms = [...vector].flatMap((weight, latent): WeightedDirection[] =>
    weight === 0 ? [] : [{ direction: { kind: "latent", sae, latent }, weight }],
  );
  return { hook, direction: { kind: "sum", terms } };
}

function notInStream(
  reference: ProbeReference,
  source: RestoredProbe["saved"]["reads"]["source"],
): PlacedProblem {
  const where =
    source.kind === "attention" ? "attention weights" : source.kind === "text" ? "words alone" : source.hook;
  return at(
    reference,
    "recipe-probe-not-in-stream",
    `The probe “${reference.name}” reads ${where}, not the residual stream, which is all that can be steered.`,
    "Train it at a residual hook point, such as blocks.3.hook_resid_post.",
  );
}

/**
 * A condition on what a probe says of a token: a probability (by the probe's own link) or its number, as a threshold on one
 * direction.
 * @throws CancelledError
 */
export async function resolveProbeCondition(
  reference: ProbeReference,
  bounds: RecipeBounds,
  surroundings: Surroundings,
): Promise<ResolvedCondition | PlacedProblem> {
  const opened = await openedProbe(reference, surroundings);
  if (isProblem(opened)) return opened;
  const { source } = opened.saved.reads;
  if (source.kind !== "hook" || streamHook(source.hook) !== source.hook)
    return source.kind === "latents"
      ? at(
          reference,
          "recipe-probe-not-in-stream",
          `The probe “${reference.name}” reads latents of ${source.sae}; a condition reads the residual stream, or one latent.`,
          "Train it at the SAE's hook point, or wait for one of its latents: { feature: …, above: … }.",
        )
      : notInStream(reference, source);
  const telling = linearTelling(opened.fit);
  if (!telling)
    return at(
      reference,
      "recipe-probe-not-linear",
      `What the probe “${reference.name}” (${opened.saved.fit.kind}, ${opened.saved.target.names.length} classes) says is no function of one direction.`,
      "Take a probe of a number or of two classes, of a linear kind such as logistic.",
    );
  const meant = meantDirection(reference, opened, [telling]);
  if (isProblem(meant)) return meant;
  const wrong = Object.values(bounds).find((it) => telling.of === "log-odds" && !(it > 0 && it < 1));
  if (wrong !== undefined)
    return at(
      reference,
      "recipe-condition-invalid",
      `The probe “${reference.name}” gives probabilities, and ${wrong} is none between 0 and 1.`,
      "Give a probability, such as above: 0.8.",
    );
  const threshold = (it: number) => (telling.of === "log-odds" ? logOdds(it) : it);
  const thresholds = Object.fromEntries(Object.entries(bounds).map(([key, it]) => [key, threshold(it)]));
  const vector = telling.vector.map((it) => meant.sign * it);
  const name = probeWords(reference.name, meant.towards).replace("towards ", "");
  return {
    condition: { hook: source.hook, vector, bias: meant.sign * telling.bias, ...thresholds },
    words: boundWords(name, bounds),
    hook: source.hook,
    by: reference.name,
  };
}
