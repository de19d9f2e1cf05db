import { random, shuffled } from "../../../explain/random.ts";
import type { Description, SaeInfo } from "../../../protocol/engine.ts";
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
  /** Of α = μ + β·σ. */
  beta: number;
  /** Factors of α, of which the one that obeys most often on the prompts of the choice is taken; among equals the smallest. */
  strengths: number[];
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
  /** Share that obeys with each factor, on prompts that the latents were chosen on; empty where there was one factor only. */
  sweep: { strength: number; mean: number }[];
  /** The factor that was taken; it is in the latents' coefficients. */
  strength: number;
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

/** Prompts that every factor is tried on. */
const sweepPrompts = 8;

/**
 * SAIF (“SAIF: A Sparse Autoencoder Framework for Interpreting and Steering Instruction Following of Language Models”, He et al.
 * 2025, arXiv 2502.11356): latents that an instruction makes fire, whatever its wording, added where it is not given. Pairs are as
 * there: content with the instruction behind it, and the same content without, over several wordings (there also languages).
 *
 * Of each pair the latents at the prompt's last token are compared, which is where the model begins to answer; a chat's
 * generation prompt stands before it (at the instruction's own last token latents of turns and punctuation come first). A latent's sensitivity is the share of pairs on which it is silent without the instruction
 * and fires with it; the k most sensitive are taken, among equals the stronger. Each is added times α = μ + β·σ of its
 * activation with the instruction (μ and σ over all pairs), times the decoder row, on the tokens that decide a generated one. One
 * SAE is steered with, the one of the latest layer, where the paper finds it works best.
 *
 * Different here: β is 0 unless it is given; α is taken times a factor, since what the instruction silences is not taken away and
 * the paper's strengths are those of other models: of several, the one that obeys most often on prompts that the latents were
 * chosen on. And the latents are tried on pairs they were not chosen on, beside as many others
 * of the same SAE with the same strengths and beside the model that is given the instruction in words.
 * @param tell hears how far it is
 * @throws ProblemError `saif-no-latents` where the instruction makes nothing fire
 */
export async function saif(
  completer: Completer,
  { pairs, k, beta, strengths, validationShare }: SaifRequest,
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
  if (latents.length === 0) throw nothingFires(description.saes[sae]);
  const training = withoutRepeats(chosenOn).slice(0, sweepPrompts);
  const total = 4 * validation.length + (strengths.length > 1 ? strengths.length * training.length : 0);
  let done = 0;
  const tried = (on: InstructionPair[], side: "with" | "without", handles: Handle[], base: Tried | null) => {
    const prompts = on.map((it) => it[side]);
    const grades = on.map(({ grade }) => grade);
    return tryHandles(completer, { prompts, grades, handles, base }, () =>
      tell(`Trying latents: ${++done} of ${total} prompts`),
    );
  };
  const sweep: SaifOutcome["sweep"] = [];
  for (const strength of strengths.length > 1 ? strengths.toSorted((a, b) => a - b) : []) {
    const { mean } = await tried(training, "without", stronger(latents, strength), null);
    sweep.push({ strength, mean });
  }
  const most = Math.max(...sweep.map(({ mean }) => mean));
  const strength = sweep.find(({ mean }) => mean === most)?.strength ?? strengths[0];
  const chosen = stronger(latents, strength);
  const base = await tried(validation, "without", [], null);
  return {
    description,
    ...{ sae, latents: chosen, sweep, strength, validation, base, chosenOn: chosenOn.length },
    steered: await tried(validation, "without", chosen, base),
    control: await tried(validation, "without", others(chosen, description.saes[sae], draws.seed), base),
    prompted: await tried(validation, "with", [], base),
  };
}

const stronger = (latents: readonly InstructionLatent[], by: number): InstructionLatent[] =>
  latents.map((it) => ({ ...it, coefficient: by * it.coefficient }));

/** One pair of each prompt. */
function withoutRepeats(pairs: readonly InstructionPair[]): InstructionPair[] {
  return [...Map.groupBy(pairs, (pair) => JSON.stringify(pair.without)).values()].map(([first]) => first);
}

function nothingFires({ id }: SaeInfo) {
  return methodProblem(
    "saif-no-latents",
    `No latent of ${id} fires with the instruction that is silent without it.`,
    "Name another SAE (on the command line --sae), or put the instruction behind the text.",
  );
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
