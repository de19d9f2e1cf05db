/**
 * Steering scored against truth: twelve wishes of tinytown, judged by the generator, for handles that were chosen in five ways.
 *
 *     node test/trials/steering.ts --out FILE [--threads N]
 *
 * Latents by activation only; the same filtered by output score (Arad et al. 2025); CAA (Rimsky et al. 2024); SAE-TS (Chalnev
 * et al. 2024); random latents. Each handle gets the strength that does best on eight prompts and is measured on fifty others.
 * What is done is kept in FILE, so that the same command goes on with it.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { random, shuffled } from "../../server/src/explain/random.ts";
import { unitDirections } from "../../server/src/steering/methods/sae-ts/directions.ts";
import { meanOnRollouts } from "../../server/src/steering/methods/sae-ts/effects.ts";
import { fitEffects, measureEffects } from "../../server/src/steering/methods/sae-ts/fit.ts";
import { targetedVector } from "../../server/src/steering/methods/sae-ts/target.ts";
import { attempt, complete, type Handle, type Outcome, share, shows, strengths } from "./arms.ts";
import { labelledFor, promptsFor, type Wish, wishes } from "./attributes.ts";
import { type Candidate, Firings } from "./candidates.ts";
import { setup, TrialEngine } from "./engine.ts";

const { values: options } = parseArgs({
  options: { out: { type: "string" }, threads: { type: "string", default: "1" } },
});
const out = options.out ?? "steering-trial.json";
const counts = { labelled: 200, candidates: 6, random: 5, choosing: 8, measuring: 50, rollouts: 300 };
/** The SAE that SAE-TS and CAA are compared at. */
const middle = "resid_post_3";

/** One handle's outcome for one wish. */
interface Row extends Outcome {
  wish: string;
  arm: "latent" | "caa" | "sae-ts" | "random";
  name: string;
  /** Mean output score of a latent. */
  outputScore: number | null;
  j: number | null;
}
interface Kept {
  rows: Row[];
  base: Record<string, { shown: boolean[]; perplexity: number }>;
  effects: { baseline: number[]; rows: { vector: number; change: number[] }[] } | null;
  fit?: { heldOut: number | null; ridge: number };
}
const kept: Kept = existsSync(out)
  ? JSON.parse(readFileSync(out, "utf8"))
  : { rows: [], base: {}, effects: null };
const keep = () => writeFileSync(out, JSON.stringify(kept));

const engine = new TrialEngine(Number(options.threads), join(tmpdir(), "steerscope-trial"));
const description = await engine.describe();
const saeOf = (id: string) => (setup.saes as string[]).indexOf(id);
const hookOf = (sae: number) => description.saes[sae].hook;
const nameOf = (wish: Wish) => `${wish.attribute}/${wish.value}`;

/** Chooses the strength on one set of prompts and measures on another. */
async function trial(
  wish: Wish,
  arm: Row["arm"],
  name: string,
  handle: Handle,
  more: Partial<Row> = {},
): Promise<void> {
  if (kept.rows.some((row) => row.wish === nameOf(wish) && row.arm === arm && row.name === name)) return;
  const choosing = promptsFor(wish, 0, counts.choosing);
  const measuring = promptsFor(wish, counts.choosing, counts.measuring);
  const before = await complete(engine, choosing, []);
  let best: Outcome | null = null;
  for (const strength of strengths) {
    const outcome = await attempt(engine, handle, strength, choosing, wish, before.perplexity);
    if (!best || outcome.score > best.score) best = outcome;
  }
  const base = kept.base[nameOf(wish)];
  const outcome = await attempt(engine, handle, (best as Outcome).strength, measuring, wish, base.perplexity);
  kept.rows.push({ wish: nameOf(wish), arm, name, outputScore: null, j: null, ...more, ...outcome });
  keep();
}

/** Mean output score of latents, one each. */
async function outputScores(candidates: Candidate[]): Promise<number[]> {
  const scores = new Map<string, number>();
  for (const sae of new Set(candidates.map((it) => it.sae))) {
    const features = Int32Array.from(candidates.filter((it) => it.sae === sae).map(({ latent }) => latent));
    const { output, prompts } = await engine.service.featureScores({ ...setup, sae, features }, () => {}, {
      isCancellationRequested: false,
    });
    features.forEach((latent, i) => {
      // NaN on a prompt on which no latent fires.
      const all = Array.from(output.subarray(i * prompts.length, (i + 1) * prompts.length));
      const own = all.filter(Number.isFinite);
      scores.set(`${sae} ${latent}`, own.reduce((a, b) => a + b, 0) / own.length);
    });
  }
  return candidates.map(({ sae, latent }) => scores.get(`${sae} ${latent}`) as number);
}

/** Difference of mean residuals of texts that show the value and texts that show another one (CAA, mean of all tokens). */
async function contrast(wish: Wish): Promise<Float32Array> {
  const texts = labelledFor(wish, counts.labelled);
  const says = (text: (typeof texts)[number]) =>
    text.spans.find(({ attribute }) => attribute === wish.attribute)?.value ?? null;
  const of = (shown: boolean) =>
    texts.filter((text) => says(text) !== null && (says(text) === wish.value) === shown).slice(0, 60);
  const pooled = async (some: typeof texts) => {
    const hook = hookOf(saeOf(middle));
    const messages = some.map(({ text }) => [{ role: null, text }]);
    const asked = { ...setup, texts: messages, hooks: [hook], pool: "mean" as const };
    const { rows } = await engine.service.pool(asked, () => {}, { isCancellationRequested: false });
    const d = description.model.dModel;
    const mean = new Float64Array(d);
    rows.get(hook)?.forEach((value, at) => {
      mean[at % d] += value / some.length;
    });
    return mean;
  };
  const [shown, others] = [await pooled(of(true)), await pooled(of(false))];
  return Float32Array.from(shown, (value, i) => value - others[i]);
}

const firings = new Map<string, Firings>();
for (const wish of wishes) {
  const key = wish.labelled.join();
  if (firings.has(key)) continue;
  const read = new Firings();
  await read.read(engine, labelledFor(wish, counts.labelled));
  firings.set(key, read);
}
for (const wish of wishes) {
  if (kept.base[nameOf(wish)]) continue;
  const { texts, perplexity } = await complete(
    engine,
    promptsFor(wish, counts.choosing, counts.measuring),
    [],
  );
  kept.base[nameOf(wish)] = { shown: texts.map((text) => shows(text, wish)), perplexity };
  keep();
}

// SAE-TS: what steering by decoder directions of latents that fire does.
const sae = saeOf(middle);
const pool = [...firings.values()].flatMap((it) => it.live()).filter(([of]) => of === sae);
const tried = shuffled(
  [...new Set(pool.map(([, latent]) => latent))].sort((a, b) => a - b),
  random(3),
).slice(0, counts.rollouts);
const vectors = unitDirections(description.saes[sae], tried);
const rollouts = {
  setup,
  sae,
  width: description.saes[sae].width,
  hook: hookOf(sae),
  strength: 0.5,
  prompts: [...promptsFor(wishes[0], 200, 5), ...promptsFor(wishes[10], 20, 3)].map((text) => [
    { role: null, text },
  ]),
  samples: 4,
  maxTokens: 24,
  sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 2 },
};
const effects = {
  baseline: kept.effects
    ? Float32Array.from(kept.effects.baseline)
    : await meanOnRollouts(engine, null, rollouts),
  rows: (kept.effects?.rows ?? []).map(({ vector, change }) => ({
    vector,
    change: Float32Array.from(change),
  })),
};
await measureEffects(engine, vectors, effects, rollouts, {
  measured: (done) => {
    if (done % 50 !== 0 && done !== vectors.length) return;
    kept.effects = {
      baseline: [...effects.baseline],
      rows: effects.rows.map(({ vector, change }) => ({ vector, change: [...change] })),
    };
    keep();
    console.log(`SAE-TS: ${done} of ${vectors.length} directions tried`);
  },
});
const { fit, heldOut, ridge } = fitEffects(vectors, effects);
kept.fit = { heldOut, ridge };
console.log(
  `SAE-TS: with the penalty ${ridge} ${heldOut?.toFixed(3)} of the variance of held-out effects is foreseen`,
);

for (const wish of wishes) {
  const read = firings.get(wish.labelled.join()) as Firings;
  const candidates = read.best(wish.attribute, wish.value, counts.candidates);
  const scores = await outputScores(candidates);
  for (const [i, { sae, latent, j }] of candidates.entries()) {
    const handle: Handle = { hook: hookOf(sae), direction: { kind: "latent", sae, latent } };
    await trial(wish, "latent", `${description.saes[sae].id}/${latent}`, handle, {
      outputScore: scores[i],
      j,
    });
  }
  const vector = await contrast(wish);
  await trial(wish, "caa", middle, { hook: hookOf(sae), direction: { kind: "vector", vector } });
  const [target] = read
    .best(wish.attribute, wish.value, Number.POSITIVE_INFINITY)
    .filter((it) => it.sae === saeOf(middle));
  const targeted = targetedVector(fit, target.latent);
  await trial(wish, "sae-ts", `${middle}/${target.latent}`, {
    hook: hookOf(sae),
    direction: { kind: "vector", vector: targeted },
  });
  await trial(wish, "latent", `${middle}/${target.latent} (target)`, {
    hook: hookOf(sae),
    direction: { kind: "latent", sae, latent: target.latent },
  });
  const live = shuffled(read.live(), random(11)).slice(0, counts.random);
  for (const [of, latent] of live)
    await trial(wish, "random", `${description.saes[of].id}/${latent}`, {
      hook: hookOf(of),
      direction: { kind: "latent", sae: of, latent },
    });
  const own = kept.rows.filter((row) => row.wish === nameOf(wish));
  const line = own.map((row) => `${row.arm} ${share(row.shown).toFixed(2)}@${row.strength}`).join("  ");
  console.log(`${nameOf(wish)} base ${share(kept.base[nameOf(wish)].shown).toFixed(2)}: ${line}`);
}
process.exit(0);
