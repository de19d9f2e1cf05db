import { random, shuffled } from "../../../explain/random.ts";
import type { Description, MessageInput, SaeInfo } from "../../../protocol/engine.ts";
import type { Completer } from "../completer.ts";
import type { Handle } from "../edits.ts";
import { methodProblem } from "../problems.ts";
import { type Tried, tryHandles } from "../try-handles.ts";
import { type InstructionPair, splitPairs } from "./pairs.ts";
import { type LatentSensitivity, Sensitivities } from "./sensitivity.ts";

export interface SaifRequest {
  pairs: InstructionPair[];
  /** How many latents are steered with. */
  k: number;
  /** Strength of each: its mean with the instruction plus this times its standard deviation. */
  beta: number;
  /** Share of the pairs that the latents are tried on. */
  validationShare: number;
}

/** A latent that the instruction makes fire, with what is added of it. */
export interface InstructionLatent extends Handle, LatentSensitivity {}

export interface SaifOutcome {
  description: Description;
  /** The SAE whose latents are steered with: its place in the set-up. */
  sae: number;
  /** Pairs that the latents were chosen on. */
  chosenOn: number;
  latents: InstructionLatent[];
  /** One pair of each prompt that the latents were tried on. */
  validation: InstructionPair[];
  /** Without the instruction: the model as it is, under the latents, and under as many others. */
  base: Tried;
  steered: Tried;
  control: Tried;
  /** With the instruction in the prompt, unsteered. */
  prompted: Tried;
}

/** Pairs that are read at once. */
const batch = 8;

/**
 * SAIF (“SAIF: A Sparse Autoencoder Framework for Interpreting and Steering Instruction Following of Language Models”, He et al.
 * 2025): latents that an instruction makes fire, whatever its wording, added where it is not given.
 *
 * Of each pair the latents at the prompt's last token are compared, which is where the model begins to answer; a chat's
 * generation prompt stands before it. A latent's sensitivity is the share of pairs on which it is silent without the instruction
 * and fires with it; the k most sensitive are taken, among equals the stronger. Each is added times α = μ + β·σ of its
 * activation with the instruction (μ and σ over all pairs), times the decoder row, on the tokens that decide a generated one. One
 * SAE is steered with, the one of the latest layer, where the paper finds it works best.
 *
 * Different here: β is 0 unless it is given; and the latents are tried on pairs they were not chosen on, beside as many others
 * of the same SAE with the same strengths and beside the model that is given the instruction in words.
 * @param tell hears how far it is
 * @throws ProblemError `saif-no-latents` where the instruction makes nothing fire
 */
export async function saif(
  completer: Completer,
  { pairs, k, beta, validationShare }: SaifRequest,
  tell: (text: string) => void,
): Promise<SaifOutcome> {
  const { description, draws } = completer;
  const { chosenOn, validation } = splitPairs(pairs, validationShare, draws.seed);
  const sae = latest(description.saes);
  const sensitivities = await measured(completer, sae, chosenOn, tell);
  const latents = sensitivities
    .map((it) => ({ ...it, sae, coefficient: it.mean + beta * it.deviation }))
    .filter(({ coefficient }) => coefficient > 0)
    .slice(0, k);
  if (latents.length === 0)
    throw methodProblem(
      "saif-no-latents",
      `No latent of ${description.saes[sae].id} fires with the instruction that is silent without it.`,
      "Name another SAE (on the command line --sae), or put the instruction behind the text.",
    );
  const grades = validation.map(({ grade }) => grade);
  let done = 0;
  const tried = (prompts: MessageInput[][], handles: Handle[], base: Tried | null) =>
    tryHandles(completer, { prompts, grades, handles, base }, () =>
      tell(`Trying latents: ${++done} of ${4 * validation.length} prompts`),
    );
  const without = validation.map((it) => it.without);
  const base = await tried(without, [], null);
  return {
    description,
    ...{ sae, latents, validation, base, chosenOn: chosenOn.length },
    steered: await tried(without, latents, base),
    control: await tried(without, others(latents, description.saes[sae], draws.seed), base),
    prompted: await tried(
      validation.map((it) => it.with),
      [],
      base,
    ),
  };
}

async function measured(
  completer: Completer,
  sae: number,
  pairs: readonly InstructionPair[],
  tell: (text: string) => void,
): Promise<LatentSensitivity[]> {
  const found = new Sensitivities(completer.description.saes[sae].width);
  for (let from = 0; from < pairs.length; from += batch) {
    tell(`Reading: ${from} of ${pairs.length} pairs`);
    const texts: { ids: number[]; from: number }[] = [];
    for (const pair of pairs.slice(from, from + batch))
      for (const messages of [pair.with, pair.without]) {
        const ids = await completer.promptIds(messages);
        texts.push({ ids, from: ids.length - 1 });
      }
    const latents = await completer.latents(texts);
    for (let i = 0; i < latents.length; i += 2) found.add(latents[i][sae], latents[i + 1][sae]);
  }
  return found.result();
}

/** The last of those of the latest layer. */
function latest(saes: readonly SaeInfo[]): number {
  const layers = saes.map(({ hook }) => Number(/\d+/.exec(hook)?.[0] ?? -1));
  return layers.lastIndexOf(Math.max(...layers));
}

/** As many latents of the same SAE, with the same strengths, drawn from those that are known to fire, or from all. */
function others(
  latents: readonly InstructionLatent[],
  { width, frequency }: SaeInfo,
  seed: number,
): Handle[] {
  const chosen = new Set(latents.map(({ latent }) => latent));
  const left = Array.from({ length: width }, (_, latent) => latent).filter((it) => !chosen.has(it));
  const alive = left.filter((it) => (frequency?.[it] ?? 1) > 0);
  const drawn = shuffled(alive.length >= latents.length ? alive : left, random(seed));
  return latents.map(({ sae, coefficient }, i) => ({ sae, coefficient, latent: drawn[i] }));
}
