import type { Description } from "../../../protocol/engine.ts";
import type { Completer } from "../completer.ts";
import { methodProblem } from "../problems.ts";
import { type Tried, tryHandles } from "../try-handles.ts";
import { StreamingCorrelation } from "./correlation.ts";
import { type Examples, type GradedPrompt, split } from "./examples.ts";
import { gatherCompletions, gatherPrompts } from "./gather.ts";
import { bestOfEachHook, type Candidate, ranked } from "./select.ts";

export interface CorrSteerRequest {
  examples: Examples;
  /** A grade above this is a success. */
  successAbove: number;
  /** Share of the prompts that latents are tried on. */
  validationShare: number;
}

/** A set of latents tried together. */
export interface Variant {
  handles: Candidate[];
  /** Null where there are no prompts to try it on. */
  tried: Tried | null;
}

export interface CorrSteerOutcome {
  description: Description;
  /** Completions that the correlations rest on, and how many of them succeeded. */
  n: number;
  successes: number;
  validation: GradedPrompt[];
  base: Tried | null;
  /** By SAE, the most correlated latents. */
  ranked: Candidate[][];
  /** The best of each hook point, each tried alone. */
  candidates: { candidate: Candidate; alone: Tried | null }[];
  single: Variant;
  all: Variant;
  /** Null without prompts; without handles where none helped. */
  pruned: Variant | null;
}

/** Latents of each SAE that are told of. */
const shown = 10;

/**
 * CorrSteer (“CorrSteer: Generation-Time LLM Steering via Correlated Sparse Autoencoder Features”, Cho, Wu and Koshiyama
 * 2025): latents whose activation while the model writes goes along with how well its text is graded.
 *
 * Followed, as in the authors' code: activations are those on the tokens that decide a generated one, so the prompt's last is
 * among them and the last generated one is not; their maximum over these tokens is what is correlated (Pearson); only positive
 * correlations count; the coefficient is the mean of the maxima over all completions that succeeded, of which those where the
 * latent is silent count as 0; it is added times the decoder row, on the same tokens. S is the single best latent, A the best of each layer.
 * P keeps those of A that, each added alone, raise the mean grade on prompts that no correlation was taken from.
 *
 * Different here: several samples a prompt are drawn at a temperature, where the authors' run is greedy; P is taken with an
 * interval beside every gain, since a raise by chance is kept by the rule too; tokens that an SAE was not made for are left out.
 * @param tell hears how far it is
 * @throws ProblemError `corr-nothing-graded`, `corr-no-difference` where no grade differs, `corr-no-success`, `corr-few-prompts`
 */
export async function corrSteer(
  completer: Completer,
  { examples, successAbove, validationShare }: CorrSteerRequest,
  tell: (text: string) => void,
): Promise<CorrSteerOutcome> {
  const { saes } = completer.description;
  const sums = saes.map(({ width }) => new StreamingCorrelation(width));
  const given = examples.completions.length > 0;
  const { prompts } = examples;
  const { train, validation } =
    prompts.length === 0
      ? { train: [], validation: [] }
      : given
        ? { train: [], validation: prompts }
        : split(prompts, validationShare, completer.draws.seed);
  const isSuccess = (grade: number) => grade > successAbove;
  const grades = given
    ? await gatherCompletions(completer, examples.completions, sums, isSuccess, tell)
    : await gatherPrompts(completer, train, sums, isSuccess, tell);
  const { n, successes } = sums[0].counts;
  requireDifference(grades, successes, successAbove);
  const byRank = sums.map((it, sae) => ranked(it.result(), sae));
  const best = bestOfEachHook(byRank, saes);
  const total = validation.length * (best.length + 3);
  let done = 0;
  const messages = validation.map((it) => it.messages);
  const graders = validation.map(({ grade }) => grade);
  const tried = (handles: Candidate[], base: Tried | null) =>
    validation.length === 0
      ? null
      : tryHandles(completer, { prompts: messages, grades: graders, handles, base }, () =>
          tell(`Trying latents: ${++done} of at most ${total} prompts`),
        );
  const base = await tried([], null);
  const candidates: CorrSteerOutcome["candidates"] = [];
  for (const candidate of best) candidates.push({ candidate, alone: await tried([candidate], base) });
  const single = candidates.toSorted((a, b) => b.candidate.r - a.candidate.r).slice(0, 1);
  const helpful = candidates.filter(({ alone }) => alone !== null && alone.gain > 0);
  const together = async (chosen: typeof candidates): Promise<Variant> => {
    const handles = chosen.map(({ candidate }) => candidate);
    if (chosen.length === 1) return { handles, tried: chosen[0].alone };
    return { handles, tried: chosen.length === 0 ? base : await tried(handles, base) };
  };
  return {
    description: completer.description,
    ...{ n, successes, validation, base, candidates },
    ranked: byRank.map((it) => it.slice(0, shown)),
    single: await together(single),
    all: await together(candidates),
    pruned: validation.length === 0 ? null : await together(helpful),
  };
}

function requireDifference(grades: number[], successes: number, successAbove: number): void {
  if (grades.length === 0)
    throw methodProblem("corr-nothing-graded", "There is no completion to grade.", "Give prompts.");
  const remedy = "Give prompts after which the model does both, more samples, or another rule.";
  if (new Set(grades).size === 1)
    throw methodProblem(
      "corr-no-difference",
      `All ${grades.length} completions are graded ${grades[0]}, so nothing goes along with the grade.`,
      remedy,
    );
  if (successes === 0)
    throw methodProblem(
      "corr-no-success",
      `No grade is above ${successAbove}, so no completion tells how strong a latent should be.`,
      "Say from which grade on a completion succeeded (on the command line --success-above).",
    );
}
