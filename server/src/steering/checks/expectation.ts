import { ProblemError } from "../../host/problem-error.ts";
import { sum } from "../../learn/metrics/intervals.ts";
import type { GeneratedSample, ReadResult } from "../../protocol/steering.ts";
import { perplexity } from "../compare/fluency.ts";
import { judgeScorer } from "../compare/scorers/judge.ts";
import type { Subject } from "../compare/subject.ts";
import { FeatureFinder, isProblem } from "../recipe/resolve-feature.ts";
import type { RecipeExpectation } from "../recipe/types.ts";

/** What a check's texts measure. */
export interface Evidence {
  subject: Subject;
  /** What the steered model wrote. */
  samples: GeneratedSample[];
  /** The same texts, read under the base and the steered model. */
  read: ReadResult[];
  /** What the base model wrote, read under itself; empty where no expectation asks for it. */
  base: ReadResult[];
}

/** Whether an expectation is met, and by how much. */
export interface Met {
  expected: string;
  passed: boolean;
  measured: string;
}

/** Looks whether an expectation is met. @throws ProblemError for a latent or an attribute that is not there */
export async function examine(expectation: RecipeExpectation, evidence: Evidence): Promise<Met> {
  const { samples, read, base } = evidence;
  switch (expectation.kind) {
    case "contains":
    case "lacks": {
      const { kind, texts, share } = expectation;
      const has = samples.map(({ text }) => texts.some((it) => text.includes(it)));
      const met = kind === "contains" ? has : has.map((it) => !it);
      const words = texts.map((it) => `“${it}”`).join(" or ");
      return ofShare(`${kind === "contains" ? "has" : "lacks"} ${words}`, met, share);
    }
    case "judge": {
      const scorer = judgeScorer(expectation.attribute, expectation.value);
      const met = await Promise.all(samples.map(async ({ text }) => (await scorer.score(text)) === 1));
      return ofShare(`shows ${scorer.name}`, met, expectation.share);
    }
    case "klBelow": {
      // Without steering, as where all edits are off, there is none to measure: it is 0.
      const all = read.flatMap(({ kl, base: { logprobs } }) =>
        Array.from(kl ?? logprobs, (it) => (kl ? it : 0)),
      );
      const mean = all.length === 0 ? null : sum(all) / all.length;
      return bounded("mean KL(steered ‖ base), nats a token,", mean, undefined, expectation.value);
    }
    case "perplexityRatioBelow": {
      const of = (some: ReadResult[]) => perplexity(some.map((it) => it.base.logprobs));
      const [steered, own] = [of(read), of(base)];
      const ratio = steered === null || own === null ? null : steered / own;
      return bounded(
        "perplexity of the steered texts over that of base texts",
        ratio,
        undefined,
        expectation.value,
      );
    }
    case "latent": {
      const { above, below } = expectation;
      const { name, mean } = latentMaximum(expectation, evidence);
      return bounded(`mean of the maxima of ${name}`, mean, above, below);
    }
  }
}

/** Mean over samples of a latent's largest activation on the generated tokens, under the steered model. */
function latentMaximum(
  { feature }: Extract<RecipeExpectation, { kind: "latent" }>,
  { subject, read }: Evidence,
) {
  const found = new FeatureFinder(subject.description, subject.labels).find(feature);
  if (isProblem(found)) throw new ProblemError(found);
  const { sae, latent } = found;
  const maxima = read.map(({ base, steered }) => {
    const { indices, maximum } = (steered ?? base).latents[sae];
    const at = indices.indexOf(latent);
    return at < 0 ? 0 : maximum[at];
  });
  const name = `${subject.description.saes[sae].id}/${latent}`;
  return { name, mean: maxima.length === 0 ? null : sum(maxima) / maxima.length };
}

function ofShare(what: string, met: boolean[], share: number): Met {
  const count = met.filter(Boolean).length;
  const wanted = share === 1 ? "every text" : `at least ${share} of the texts`;
  return {
    expected: `${wanted} ${what}`,
    passed: met.length > 0 && count / met.length >= share,
    measured: `${count} of ${met.length}`,
  };
}

function bounded(what: string, value: number | null, above?: number, below?: number): Met {
  const bounds = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const passed =
    value !== null && (above === undefined || value > above) && (below === undefined || value < below);
  return {
    expected: `${what} ${bounds.join(" and ")}`,
    passed,
    measured: value === null ? "nothing was written" : String(Number(value.toPrecision(4))),
  };
}
