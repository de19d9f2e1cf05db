import type { Responses, SaeResponses } from "../../protocol/responses.ts";

/**
 * How an output dimension (a latent, a token's logit) answers to a fixed, ordered list of inputs: `[N]`, normalised to mean
 * 0 and standard deviation 1, so that scales of SAEs and models play no part.
 */
export type Descriptor = Float64Array;

/** Inputs that two descriptors are compared over: those that the one that is looked for answers to most. */
export const compared = 16;
/** Inputs that a latent has to fire on before its answers can be told from chance. */
export const fewest = 3;

/** The descriptor of plain numbers, one an input; null where they are all the same. */
export function descriptor(answers: ArrayLike<number>): Descriptor | null {
  const n = answers.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += answers[i] / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (answers[i] - mean) ** 2 / n;
  if (!(variance > 0)) return null;
  return Float64Array.from(answers, (answer) => (answer - mean) / Math.sqrt(variance));
}

/** Largest activation of one latent on each input `[N]`, and how many it fires on. */
export function answersOf({ rows, latents, values }: SaeResponses, feature: number) {
  const answers = new Float64Array(rows.length - 1);
  let fires = 0;
  for (let t = 0; t < answers.length; t++)
    for (let i = rows[t]; i < rows[t + 1]; i++)
      if (latents[i] === feature) {
        answers[t] = values[i];
        fires++;
      }
  return { answers, fires };
}

/**
 * Distance of every latent from a descriptor, 0 where it answers the same: root mean square difference over the `compared`
 * inputs that the descriptor is largest on, which makes it asymmetric ("Can this Model Also Recognize Dogs? Zero-Shot Model
 * Search from Weights", Kahana et al. 2025: normalised answers to fixed probes, distance over the query's top probes). What
 * takes the paper's place of a classifier's logit is the largest activation on a text. Latents that fire on fewer than
 * `fewest` inputs are left out.
 *
 * @returns by SAE, feature → distance
 */
export function distances(wanted: Descriptor, { saes }: Pick<Responses, "saes">): Map<number, number>[] {
  const top = [...wanted.keys()].sort((a, b) => wanted[b] - wanted[a] || a - b).slice(0, compared);
  return saes.map((sae) => distancesIn(wanted, top, sae));
}

/** Silence on an input is an answer too: summed first for all of them, then mended where a latent fires. */
function distancesIn(wanted: Descriptor, top: number[], { rows, latents, values }: SaeResponses) {
  const n = rows.length - 1;
  const moments = new Map<number, { fires: number; sum: number; squares: number }>();
  for (let i = 0; i < latents.length; i++) {
    const it = moments.get(latents[i]) ?? { fires: 0, sum: 0, squares: 0 };
    it.fires++;
    it.sum += values[i];
    it.squares += values[i] ** 2;
    moments.set(latents[i], it);
  }
  const scale = new Map<number, { mean: number; deviation: number }>();
  const total = new Map<number, number>();
  for (const [latent, { fires, sum, squares }] of moments) {
    const mean = sum / n;
    const deviation = Math.sqrt(Math.max(0, squares / n - mean ** 2));
    if (fires < fewest || deviation === 0) continue;
    scale.set(latent, { mean, deviation });
    total.set(
      latent,
      top.reduce((all, t) => all + (wanted[t] + mean / deviation) ** 2, 0),
    );
  }
  for (const t of top)
    for (let i = rows[t]; i < rows[t + 1]; i++) {
      const it = scale.get(latents[i]);
      if (!it) continue;
      const silent = (wanted[t] + it.mean / it.deviation) ** 2;
      const firing = (wanted[t] - (values[i] - it.mean) / it.deviation) ** 2;
      total.set(latents[i], total.get(latents[i])! - silent + firing);
    }
  return new Map([...total].map(([latent, sum]) => [latent, Math.sqrt(Math.max(0, sum) / top.length)]));
}
