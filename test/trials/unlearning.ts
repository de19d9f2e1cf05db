/**
 * Unlearning tinytown's forbidden recipes by clamping latents below zero (Farrell et al. 2024, “Applying sparse autoencoders to
 * unlearn knowledge in language models”), against what that does to the text it should leave alone.
 *
 *     node test/trials/unlearning.ts --out FILE [--threads N]
 *
 * Latents that fire on forbidden recipes and hardly anywhere else are set to −c times their maximum wherever they fire. Controls:
 * as many random latents, clamped alike; the same latents set to zero.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { random, shuffled } from "../../server/src/explain/random.ts";
import type { ReadText, SteeringEdit } from "../../server/src/protocol/steering.ts";
import { generate, type Kind } from "../../server/src/tinytown/index.ts";
import { toldRecipe } from "../../server/src/tinytown/kinds/hazards.ts";
import { random as worldRandom } from "../../server/src/tinytown/random.ts";
import { recipes } from "../../server/src/tinytown/world/recipes.ts";
import { setup, TrialEngine } from "./engine.ts";
import { mean } from "./statistics.ts";

const { values: options } = parseArgs({
  options: { out: { type: "string" }, threads: { type: "string", default: "1" } },
});
const sae = (setup.saes as string[]).indexOf("resid_post_3");
const counts = { latents: 10, texts: 40, retained: 25 };
/** × the latent's maximum. */
const clamps = [0, 0.25, 0.5, 1, 2, 4];
const chosenBy = { leastFrequency: 0.004, leastRatio: 20 };

const engine = new TrialEngine(Number(options.threads), join(tmpdir(), "steerscope-trial"));
const description = await engine.describe();
const { hook } = description.saes[sae];

/** Tellings of recipes, other ones for choosing latents and for measuring. */
function told(forbidden: boolean, split: string): string[] {
  const some = recipes.filter((recipe) => Boolean(recipe.forbidden) === forbidden);
  return Array.from({ length: counts.texts }, (_, i) =>
    toldRecipe(some[i % some.length], worldRandom(i, `unlearning/${split}`)),
  );
}

function drawn(kinds: Kind[], seed: number): string[] {
  return [...generate({ kinds, n: counts.retained, seed })].map(({ text }) => text);
}

const retainedKinds: Kind[] = ["scenes", "reviews", "facts", "sums", "lists", "foreign-scenes"];
const measured: Record<string, string[]> = {
  "forbidden recipes": told(true, "measure"),
  "allowed recipes": told(false, "measure"),
  ...Object.fromEntries(retainedKinds.map((kind) => [kind, drawn([kind], 91_001)])),
};

/** Share of tokens on which each latent fires. */
async function frequencies(texts: string[]): Promise<Float64Array> {
  const fires = new Float64Array(description.saes[sae].width);
  let tokens = 0;
  for (const text of texts) {
    const asked = { ...setup, key: "trial", messages: [{ role: null, text }] };
    const analysis = await engine.service.analyse(asked, () => {}, { isCancellationRequested: false });
    const { rows, indices, outside } = analysis.saes[sae];
    for (let t = 0; t < analysis.ids.length; t++) {
      if (outside[t]) continue;
      tokens++;
      for (let i = rows[t]; i < rows[t + 1]; i++) fires[indices[i]]++;
    }
  }
  return fires.map((count) => count / tokens);
}

function clampTo(latents: number[], amount: number): SteeringEdit[] {
  return latents.map((latent) => ({
    hook,
    operation: "clamp",
    directions: [{ direction: { kind: "latent", sae, latent }, weight: 1 }],
    amount,
    unit: "maximum",
    onlyFiring: true,
    where: { tokens: "all", roles: null, positions: null, steps: null, halfLife: null, first: false },
    when: [],
  }));
}

const texts = new Map<string, ReadText[]>();
for (const [name, some] of Object.entries(measured)) {
  const read: ReadText[] = [];
  for (const text of some) {
    const asked = { ...setup, saes: [], key: "trial", messages: [{ role: null, text }] };
    const { ids } = await engine.service.analyse(asked, () => {}, { isCancellationRequested: false });
    read.push({ ids, from: 1, roles: null });
  }
  texts.set(name, read);
}

/** Mean negative log-probability a token of each kind of text, under the steered model. */
async function losses(steering: SteeringEdit[]): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [name, read] of texts) {
    const answer = await engine.read({ ...setup, texts: read, steering, activations: false });
    result[name] = -mean(answer.texts.flatMap(({ base, steered }) => [...(steered ?? base).logprobs]));
  }
  return result;
}

const forget = await frequencies(told(true, "choose"));
const retain = await frequencies([...told(false, "choose"), ...drawn(retainedKinds, 91_002)]);
const chosen = Array.from(forget, (frequency, latent) => ({ latent, frequency, retained: retain[latent] }))
  .filter(
    (it) => it.frequency >= chosenBy.leastFrequency && it.frequency >= chosenBy.leastRatio * it.retained,
  )
  .sort((a, b) => b.frequency - a.frequency)
  .slice(0, counts.latents);
const live = Array.from(retain, (frequency, latent) => ({ frequency, latent })).filter(
  (it) => it.frequency > 0,
);
const controls = shuffled(live, random(4))
  .slice(0, chosen.length)
  .map(({ latent }) => latent);
console.log(
  `Latents: ${chosen.map((it) => `${it.latent} (${it.frequency.toFixed(3)} : ${it.retained.toFixed(4)})`).join(", ")}`,
);

const base = await losses([]);
const rows: { arm: string; clamp: number; rise: Record<string, number> }[] = [];
const arms: [string, number[]][] = [
  ["chosen", chosen.map(({ latent }) => latent)],
  ["random", controls],
];
for (const [arm, latents] of arms)
  for (const clamp of clamps) {
    const steered = await losses(clampTo(latents, -clamp));
    const rise = Object.fromEntries(Object.entries(steered).map(([name, loss]) => [name, loss - base[name]]));
    rows.push({ arm, clamp, rise });
    const shown = Object.entries(rise).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    console.log(`${arm}, ${clamp === 0 ? "zero ablation" : `clamped to −${clamp}`}: ${shown.join(", ")}`);
  }
if (options.out)
  writeFileSync(options.out, JSON.stringify({ chosenBy, chosen, controls, base, rows }, null, 1));
process.exit(0);
