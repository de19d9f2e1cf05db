import { apart } from "../../learn/metrics/intervals.ts";
import type { Behaviour, Estimate, Verdict, VerdictKind } from "../../protocol/compare.ts";
import { SIDE_EFFECT } from "./moved-latents.ts";

/** Perplexity under the base model, steered over base, from which on a text counts as broken. */
export const BREAKS_FROM = 1.5;
/** How much more of a text may repeat before it counts as broken. */
const REPEATS_FROM = 0.2;
/** Mean divergence, in nats a token, below which nothing happened where the texts are the same. */
const NOTHING_BELOW = 0.01;

/** What a verdict rests on. */
export interface Figures {
  /** Whether every steered text is the base's. */
  same: boolean;
  kl: number | null;
  ratio: number | null;
  repetition: { base: number | null; steered: number | null };
  behaviour: Behaviour | null;
  sideEffects: number;
}

/**
 * Says in words what the figures say. The behaviour changed where the two 95 % intervals do not overlap; the text breaks where its
 * perplexity under the base model is {@link BREAKS_FROM} times the base text's or a fifth more of it repeats; there is no effect
 * where all texts are the same and the divergence is below {@link NOTHING_BELOW}.
 */
export function verdictOf(figures: Figures): Verdict {
  const { ratio, behaviour, sideEffects } = figures;
  const breaks = breaksBy(figures);
  const changed = behaviour ? apart(behaviour.base, behaviour.steered) : 0;
  const kind = kindOf(figures, breaks !== null, changed);
  const sentences = [
    behaviour
      ? behaviourIn(behaviour, changed)
      : "Behaviour was not scored: a fluent text is not yet a steered one.",
    ...(figures.same ? ["Every steered text is the same as the base text."] : []),
    breaks ??
      (ratio === null
        ? "Nothing was written whose fluency could be measured."
        : `The steered texts are fluent: their perplexity under the base model is ${ratio.toFixed(2)} times that of the base texts (below ${BREAKS_FROM}).`),
    ...(sideEffects > 0
      ? [
          `Side effects: ${sideEffects} ${sideEffects === 1 ? "latent" : "latents"} that no recipe names moved by ${100 * SIDE_EFFECT} % of the largest known activation or more.`,
        ]
      : []),
  ];
  return { kind, title: titles[kind], sentences };
}

const titles: Record<VerdictKind, string> = {
  "no-effect": "No effect",
  works: "The behaviour changed, and the text stays fluent",
  "not-shown": "The text changed; that the behaviour did is not shown",
  breaks: "There is an effect, but the text breaks",
  unscored: "The text changed and stays fluent; behaviour was not scored",
};

function kindOf({ same, kl, behaviour }: Figures, breaks: boolean, changed: number): VerdictKind {
  if (same && (kl ?? 0) < NOTHING_BELOW) return "no-effect";
  if (breaks) return "breaks";
  if (!behaviour) return "unscored";
  return changed === 0 ? "not-shown" : "works";
}

/** Why the text counts as broken; null where it does not. */
function breaksBy({ ratio, repetition: { base, steered } }: Figures): string | null {
  if (ratio !== null && ratio >= BREAKS_FROM)
    return `The text breaks: the perplexity of the steered texts under the base model is ${ratio.toFixed(2)} times that of the base texts (${BREAKS_FROM} or more).`;
  const more = (steered ?? 0) - (base ?? 0);
  if (more < REPEATS_FROM) return null;
  return `The text breaks: ${percent(steered ?? 0)} of three tokens in a row repeat, of the base texts ${percent(base ?? 0)}.`;
}

function behaviourIn({ scorer, kind, base, steered }: Behaviour, changed: -1 | 0 | 1): string {
  const figures = `from ${estimate(base, kind)} to ${estimate(steered, kind)}`;
  if (changed !== 0)
    return `${scorer} ${changed > 0 ? "rose" : "fell"} ${figures}; the intervals do not overlap, so the behaviour changed.`;
  const few = base.n < 5 ? " So few samples show little: take more." : "";
  return `${scorer} went ${figures}; the intervals overlap, so no change is shown.${few}`;
}

function estimate({ value, low, high }: Estimate, kind: Behaviour["kind"]): string {
  if (kind === "share") return `${percent(value)} (${percent(low)} to ${percent(high)})`;
  if (high === Number.MAX_VALUE) return `${value.toFixed(2)} (one text: no interval)`;
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
