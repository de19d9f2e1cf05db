import type { CancellationToken } from "vscode-jsonrpc/node";
import { sum } from "../../learn/metrics/intervals.ts";
import type { CompareResult, Sweep, SweepPoint } from "../../protocol/compare.ts";
import type { ComparedReranking } from "../../protocol/rerank.ts";
import type { Generated, GenerateProgress, ReadResult, SteeringEdit } from "../../protocol/steering.ts";
import { tokensOf } from "../recipe/token-ids.ts";
import type { RerankHost } from "../rerank/q-values.ts";
import { type RerankBy, rerank, rerankConventions } from "../rerank/rerank.ts";
import { takenBehaviour, takenConventions } from "../rerank/taken.ts";
import { align } from "./align.ts";
import { divergenceOf, type FixedText } from "./divergence.ts";
import { perplexity, repetition } from "./fluency.ts";
import { movedLatents } from "./moved-latents.ts";
import { type PromptIds, promptRoles, type ReadingHost, readBehind } from "./read-texts.ts";
import { behaviourOf, estimateOf, type Scored, scoredBy, scoresOf } from "./scored.ts";
import type { Scorer } from "./scorers/index.ts";
import { multiplied, sweepConventions, withStrengths } from "./strengths.ts";
import { comparedEdits, comparedRecipes, editsOf, type Subject, type Writing } from "./subject.ts";
import { verdictOf } from "./verdict.ts";
import { toSample, type WritingHost, write } from "./write.ts";

/** Multiples of the recipe's strengths that a sweep tries where nothing else is said. */
export const usualMultipliers = [0, 0.25, 0.5, 0.75, 1, 1.5, 2];

/** What is wanted of a comparison. */
export interface Wish {
  writing: Writing;
  /** In the place of the recipes' own, in the order of all their entries; null leaves one. */
  strengths: (number | null)[];
  scorer: Scorer | null;
  /** The text on which both models are laid side by side; null: the first base text. */
  text: string | null;
  /** How each side's samples are ranked, with the seed of the writing; null: not at all. */
  rerank: Omit<RerankBy, "seed"> | null;
}

type SideName = "base" | "steered";

/** Hears what is written while it is: a piece of a sample of one side. */
export type Told = (side: SideName, news: Pick<GenerateProgress, "sample" | "text" | "tokens">) => void;

/** Texts of one side, and what they measure. */
interface Side {
  generated: Generated;
  ids: Int32Array[];
}

/**
 * Lays what a model writes without and with steering side by side. Both sides draw with the same seed. The last texts of each
 * side are kept, so that another strength costs the steered side only, and another scorer or ranking neither.
 */
export class Comparer {
  readonly #host: WritingHost & ReadingHost & RerankHost;
  readonly #kept = new Map<SideName, { key: string; side: Side }>();

  constructor(host: WritingHost & ReadingHost & RerankHost) {
    this.#host = host;
  }

  /** @throws ProblemError, CancelledError */
  async compare(
    subject: Subject,
    { writing, strengths, scorer, text, rerank: by }: Wish,
    told: Told = () => {},
    token?: CancellationToken,
  ): Promise<CompareResult> {
    const steering = withStrengths(editsOf(subject), strengths);
    const base = await this.#side("base", subject, writing, [], told, token);
    const steered = await this.#side("steered", subject, writing, steering, told, token);
    const prompt = await promptRoles(this.#host, subject, base.generated.promptIds, steering, token);
    const onBase = await this.#read(subject, prompt, base.ids, steering, true, token);
    const onSteered = await this.#read(subject, prompt, steered.ids, [], false, token);
    const fixed = await this.#fixedText(
      subject,
      prompt,
      steering,
      text,
      { ids: base.ids[0], read: onBase[0] },
      token,
    );
    const scored = scorer && (await scoredBy(scorer, textsOf(base), textsOf(steered)));
    const { seed } = writing.sampling;
    const ranked = by && (await this.#rank(subject, { base, steered }, scored, { ...by, seed }, token));
    const behaviour = scored && behaviourOf(scored);
    const ppl = { base: perplexityOf(onBase), steered: perplexityOf(onSteered) };
    const repeats = { base: repetition(base.ids), steered: repetition(steered.ids) };
    const latents = movedLatents(subject.description, subject.labels, onBase, steering);
    const ratio = ratioOf(ppl.steered, ppl.base);
    const texts = await this.#host.texts({ ...subject.setup, ids: fixed.ids }, token);
    const divergence = divergenceOf(fixed, texts);
    const { sampling, maxTokens } = writing;
    const { model } = subject.description;
    return {
      schema: "steerscope.compare/1",
      file: subject.fileName,
      ...{ model: model.id, device: model.device },
      ...{ recipes: comparedRecipes(subject), edits: comparedEdits(subject, strengths) },
      ...{ sampling, maxTokens, promptTokens: prompt.ids.length },
      base: base.generated.samples.map(toSample),
      steered: steered.generated.samples.map(toSample),
      rerank: ranked,
      aligned: base.generated.samples.map((it, i) => align(it.text, steered.generated.samples[i].text)),
      behaviour,
      perplexity: { ...ppl, ratio },
      repetition: repeats,
      divergence,
      ...latents,
      sweep: null,
      verdict: verdictOf({
        same: base.generated.samples.every(({ text }, i) => text === steered.generated.samples[i].text),
        kl: divergence.mean,
        ...{ ratio, repetition: repeats, behaviour, sideEffects: latents.sideEffects },
      }),
      conventions: [
        ...steered.generated.conventions,
        ...conventions,
        ...(ranked ? rerankConventions : []),
        ...(ranked?.behaviour ? takenConventions : []),
      ],
    };
  }

  /**
   * Tries multiples of the strengths: behaviour against fluency and divergence.
   * @param done hears how many of the points are there
   * @throws ProblemError, CancelledError
   */
  async sweep(
    subject: Subject,
    { writing, strengths, scorer }: Wish,
    multipliers: readonly number[] = usualMultipliers,
    done: (points: number, of: number) => void = () => {},
    token?: CancellationToken,
  ): Promise<Sweep> {
    const steering = withStrengths(editsOf(subject), strengths);
    const base = await this.#side("base", subject, writing, [], () => {}, token);
    const prompt = await promptRoles(this.#host, subject, base.generated.promptIds, steering, token);
    const basePerplexity = perplexityOf(await this.#read(subject, prompt, base.ids, [], false, token));
    const points: SweepPoint[] = [];
    for (const multiplier of multipliers) {
      done(points.length, multipliers.length);
      const own = multiplied(steering, multiplier);
      const side = own.length === 0 ? base : await this.#write(subject, writing, own, () => {}, token);
      const read = await this.#read(subject, prompt, side.ids, [], false, token);
      const onBase = own.length === 0 ? null : await this.#read(subject, prompt, base.ids, own, false, token);
      points.push({
        multiplier,
        behaviour: scorer && estimateOf(scorer, await scoresOf(scorer, textsOf(side))),
        perplexityRatio: ratioOf(perplexityOf(read), basePerplexity),
        kl: onBase === null ? 0 : mean(onBase.flatMap(({ kl }) => Array.from(kl ?? []))),
      });
    }
    return {
      ...{ scorer: scorer?.name ?? null, kind: scorer?.kind ?? null, samples: writing.samples, points },
      conventions: sweepConventions,
    };
  }

  /** The texts of a side: those of the last time where all that decides them is the same. */
  async #side(
    name: SideName,
    subject: Subject,
    writing: Writing,
    steering: SteeringEdit[],
    told: Told,
    token?: CancellationToken,
  ): Promise<Side> {
    const { setup, description, messages } = subject;
    const key = JSON.stringify([setup, description.setupId, messages, writing, steering]);
    const kept = this.#kept.get(name);
    if (kept?.key === key) {
      kept.side.generated.samples.forEach(
        ({ text, ids }, sample) => void told(name, { sample, text, tokens: ids.length }),
      );
      return kept.side;
    }
    const side = await this.#write(subject, writing, steering, (news) => told(name, news), token);
    this.#kept.set(name, { key, side });
    return side;
  }

  async #rank(
    subject: Subject,
    sides: Record<SideName, Side>,
    scored: Scored | null,
    by: RerankBy,
    token?: CancellationToken,
  ): Promise<ComparedReranking> {
    const base = await rerank(this.#host, subject, textsOf(sides.base), by, token);
    const steered = await rerank(this.#host, subject, textsOf(sides.steered), by, token);
    const behaviour = scored && {
      base: takenBehaviour(base, scored.base, by.seed),
      steered: takenBehaviour(steered, scored.steered, by.seed),
    };
    return { base, steered, behaviour };
  }

  async #write(
    subject: Subject,
    writing: Writing,
    steering: SteeringEdit[],
    written: (news: GenerateProgress) => void,
    token?: CancellationToken,
  ): Promise<Side> {
    const generated = await write(this.#host, subject, writing, steering, written, token);
    return { generated, ids: generated.samples.map(({ ids }) => ids) };
  }

  #read(
    subject: Subject,
    prompt: PromptIds,
    ids: readonly Int32Array[],
    steering: SteeringEdit[],
    activations: boolean,
    token?: CancellationToken,
  ): Promise<ReadResult[]> {
    return readBehind(this.#host, subject, prompt, ids, steering, activations, token);
  }

  async #fixedText(
    subject: Subject,
    prompt: PromptIds,
    steering: SteeringEdit[],
    text: string | null,
    base: { ids: Int32Array; read: ReadResult },
    token?: CancellationToken,
  ): Promise<FixedText> {
    if (text === null || text === "") return { of: "base text", ...base };
    const { contextLength } = subject.description.model;
    const all = await tokensOf(this.#host, subject.setup, text, token);
    const ids = Int32Array.from(all.slice(0, contextLength - prompt.ids.length));
    const [read] = await this.#read(subject, prompt, [ids], steering, false, token);
    return { of: "given text", ids, read };
  }
}

const conventions = [
  "Base and steered texts are drawn with the same seed.",
  "Perplexity: exp of the mean negative log-probability of all generated tokens under the base model.",
  "Divergence: KL(steered ‖ base) of what both models expect in place of each token of one text, in nats.",
  "Moved latents: mean activation over the tokens of the base texts, read by the steered model, minus that of the base model; ranked by the share of the largest known activation.",
];

const textsOf = ({ generated }: Side): string[] => generated.samples.map(({ text }) => text);

const perplexityOf = (read: readonly ReadResult[]) => perplexity(read.map(({ base }) => base.logprobs));
const ratioOf = (a: number | null, b: number | null) => (a === null || b === null ? null : a / b);
const mean = (values: number[]) => (values.length === 0 ? null : sum(values) / values.length);
