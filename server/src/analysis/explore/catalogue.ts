import type { Description, FeatureLabel, SaeInfo } from "../../protocol/engine.ts";
import type { FeatureSummary, LabelEvidence } from "../../protocol/feature.ts";
import { type AutomaticLabels, withAutomatic } from "../automatic-labels.ts";
import { toEvidence } from "../feature.ts";
import type { StoredFigures } from "./search.ts";

/** The user's own labels, by SAE id and feature. */
export type OwnLabels = ReadonlyMap<string, ReadonlyMap<number, LabelEvidence>>;

/**
 * All latents of a set-up under one number each: those of the first SAE, then those of the next. Nothing is made for a latent
 * before it is asked for: a set-up may have hundreds of thousands.
 */
export class Catalogue {
  readonly saes: readonly SaeInfo[];
  readonly size: number;
  private readonly bases: number[] = [];
  private readonly own: OwnLabels;
  /** What a store knows of each SAE, where there is one: it counts where the SAE itself says nothing. */
  readonly stored: readonly (StoredFigures | null)[];
  /** Labels made, and scores given, automatically, of each SAE that has some. */
  readonly automatic: readonly (AutomaticLabels | null)[];
  /** Labels in lower case, made when words are looked for first. */
  private folded: Map<number, string> | undefined;

  constructor(
    { saes }: Pick<Description, "saes">,
    own: OwnLabels,
    stored: readonly (StoredFigures | null)[] = [],
    automatic: readonly (AutomaticLabels | null)[] = [],
  ) {
    this.saes = saes;
    this.own = own;
    this.stored = stored;
    this.automatic = automatic;
    let size = 0;
    for (const { width } of saes) {
      this.bases.push(size);
      size += width;
    }
    this.size = size;
  }

  /** Numbers of the latents of one SAE, by its place in the set-up: from the first, up to before the second. */
  range(sae: number): [number, number] {
    return [this.bases[sae], this.bases[sae] + this.saes[sae].width];
  }

  /** Index of the SAE that holds a latent. */
  saeOf(latent: number): number {
    let sae = this.bases.length - 1;
    while (this.bases[sae] > latent) sae--;
    return sae;
  }

  numberOf(sae: number, feature: number): number {
    return this.bases[sae] + feature;
  }

  /** What was found SAE by SAE and feature by feature, by number. */
  numbered<T>(bySae: readonly ReadonlyMap<number, T>[]): Map<number, T> {
    const found = new Map<number, T>();
    for (const [s, of] of bySae.entries())
      for (const [feature, value] of of) found.set(this.numberOf(s, feature), value);
    return found;
  }

  featureOf(latent: number): number {
    return latent - this.bases[this.saeOf(latent)];
  }

  /** Share of tokens it fires on; null where nobody measured it. */
  frequency(latent: number): number | null {
    const s = this.saeOf(latent);
    const feature = latent - this.bases[s];
    return (this.saes[s].frequency ?? this.stored[s]?.frequency)?.[feature] ?? null;
  }

  /** Largest known activation; null where none is known, also of a latent that was never seen firing. */
  maximum(latent: number): number | null {
    const s = this.saeOf(latent);
    const feature = latent - this.bases[s];
    return this.saes[s].maximum?.[feature] || this.stored[s]?.maximum?.[feature] || null;
  }

  /** The text that names it: the user's own label before the one that came with the SAE. */
  label(latent: number): string | null {
    const made = () => this.judged(latent)?.find(({ source }) => source === "automatic");
    const first = this.ownLabel(latent) ?? this.shipped(latent) ?? this.kept(latent)[0] ?? made();
    return first?.text ?? null;
  }

  /** All its labels, the one that names it first. */
  labels(latent: number): LabelEvidence[] {
    const [own, shipped] = [this.ownLabel(latent), this.shipped(latent)];
    const made = [...(own ? [own] : []), ...(shipped ? [toEvidence(shipped)] : this.kept(latent))];
    return withAutomatic(made, this.judged(latent));
  }

  /** The best score of any of its labels; null where none is scored. */
  score(latent: number): number | null {
    let best: number | null = null;
    for (const label of this.labels(latent)) {
      const score = scoreOf(label);
      if (score !== null && (best === null || score > best)) best = score;
    }
    return best;
  }

  /** Its output or input score as a handle for steering; null where it was not measured. */
  steering(latent: number, kind: "output" | "input"): number | null {
    const s = this.saeOf(latent);
    const score = this.stored[s]?.scores?.[kind][latent - this.bases[s]];
    return score === undefined || Number.isNaN(score) ? null : score;
  }

  /** Numbers of the latents with a label, in no order, with all text of their labels in lower case. */
  labelled(): ReadonlyMap<number, string> {
    if (this.folded) return this.folded;
    const folded = new Map<number, string>();
    this.saes.forEach(({ id, labels, width }, s) => {
      for (const [feature, evidence] of this.stored[s]?.labels ?? [])
        if (feature < width)
          folded.set(this.bases[s] + feature, evidence.map(({ text }) => text.toLowerCase()).join("\n"));
      for (const [feature, { text }] of labels) folded.set(this.bases[s] + feature, text.toLowerCase());
      for (const [feature, made] of this.automatic[s] ?? []) {
        if (feature >= width) continue;
        const texts = made.flatMap(({ source, text }) =>
          source === "automatic" ? [text.toLowerCase()] : [],
        );
        const latent = this.bases[s] + feature;
        if (texts.length > 0) folded.set(latent, [folded.get(latent) ?? "", ...texts].join("\n"));
      }
      for (const [feature, { text }] of this.own.get(id) ?? []) {
        if (feature >= width) continue;
        const latent = this.bases[s] + feature;
        folded.set(latent, `${text.toLowerCase()}\n${folded.get(latent) ?? ""}`);
      }
    });
    this.folded = folded;
    return folded;
  }

  summary(latent: number): FeatureSummary {
    const [first] = this.labels(latent);
    return {
      sae: this.saes[this.saeOf(latent)].id,
      feature: this.featureOf(latent),
      label: first?.text ?? null,
      source: first?.source ?? null,
      frequency: this.frequency(latent),
      maximum: this.maximum(latent),
      score: this.score(latent),
      output: this.steering(latent, "output"),
      input: this.steering(latent, "input"),
    };
  }

  private ownLabel(latent: number): LabelEvidence | undefined {
    const s = this.saeOf(latent);
    return this.own.get(this.saes[s].id)?.get(latent - this.bases[s]);
  }

  private kept(latent: number): LabelEvidence[] {
    const s = this.saeOf(latent);
    return this.stored[s]?.labels.get(latent - this.bases[s]) ?? [];
  }

  private judged(latent: number) {
    const s = this.saeOf(latent);
    return this.automatic[s]?.get(latent - this.bases[s]);
  }

  private shipped(latent: number): FeatureLabel | undefined {
    const s = this.saeOf(latent);
    return this.saes[s].labels.get(latent - this.bases[s]);
  }
}

/** One number for a label's scores: F1, which weighs precision and recall, else the best; null where it is unscored. */
function scoreOf({ scores }: LabelEvidence): number | null {
  if (scores.f1 !== undefined) return scores.f1;
  let best: number | null = null;
  for (const name in scores) if (best === null || scores[name] > best) best = scores[name];
  return best;
}
