import type { CorrSteerOutcome, Variant } from "../steering/methods/corrsteer/corrsteer.ts";
import type { Candidate } from "../steering/methods/corrsteer/select.ts";
import { columns } from "./columns.ts";
import { counted, gained, graded, triedJson } from "./steer-tried-text.ts";

/** What was found, for a terminal. */
export function corrWords(outcome: CorrSteerOutcome): string {
  const { n, successes, validation, base, candidates, description } = outcome;
  const lines = [`Correlations from ${n} completions, of which ${successes} succeeded.`];
  if (base)
    lines.push(
      `Tried on ${counted(validation.length, "other prompt")}; the mean grade there is ${graded(base)} without steering.`,
    );
  const rows = candidates.map(({ candidate, alone }) => [
    description.saes[candidate.sae].id,
    String(candidate.latent),
    candidate.r.toFixed(3),
    candidate.coefficient.toPrecision(3),
    `${Math.round(100 * candidate.frequency)} %`,
    alone ? `${graded(alone)}, ${gained(alone)}` : "not tried",
    labelOf(outcome, candidate),
  ]);
  lines.push(
    "",
    ...columns([
      ["SAE", "latent", "r", "coefficient", "fires on", "mean grade alone, gain (95 %)", "label"],
      ...rows,
    ]),
    "",
    ...variants(outcome),
  );
  return lines.join("\n");
}

function variants({ single, all, pruned }: CorrSteerOutcome): string[] {
  const row = (name: string, what: string, { handles, tried }: Variant) => [
    name,
    what,
    counted(handles.length, "latent"),
    tried && handles.length > 0 ? `${graded(tried)}, ${gained(tried)}` : "",
  ];
  return columns([
    row("S", "the best latent", single),
    row("A", "the best of each layer", all),
    ...(pruned ? [row("P", "those of A that raise the grade alone", pruned)] : []),
  ]);
}

function labelOf({ description }: CorrSteerOutcome, { sae, latent }: Candidate): string {
  return description.saes[sae].labels.get(latent)?.text ?? "";
}

/** The same as JSON, schema `steerscope.steer-corr/1`. */
export function corrJson(outcome: CorrSteerOutcome, recipe: string | null): object {
  const { description, n, successes, validation, base, candidates, ranked, single, all, pruned } = outcome;
  const candidate = (it: Candidate) => ({
    ...{ sae: description.saes[it.sae].id, latent: it.latent, r: it.r, coefficient: it.coefficient },
    ...{ frequency: it.frequency, label: labelOf(outcome, it) || null },
  });
  const variant = (it: Variant) => ({
    latents: it.handles.map(candidate),
    tried: triedJson(it.tried),
  });
  return {
    schema: "steerscope.steer-corr/1",
    ...{ model: description.model.id, completions: n, successes, validationPrompts: validation.length },
    base: triedJson(base),
    candidates: candidates.map((it) => ({ ...candidate(it.candidate), alone: triedJson(it.alone) })),
    variants: { S: variant(single), A: variant(all), P: pruned && variant(pruned) },
    ranked: ranked.flat().map(candidate),
    recipe,
  };
}
