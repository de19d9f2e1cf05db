import type { DatabaseSync } from "node:sqlite";
import { type FeatureScores, isWeak } from "../protocol/feature.ts";
import type { NeutralPrompt, ScoreFacts } from "../protocol/scores.ts";
import { ExampleReader } from "./examples.ts";
import { decodeFirings } from "./firings.ts";

/** Texts that an input score rests on at least, and at most, as in the paper. */
const fewestTexts = 10;
const mostTexts = 100;

/** What is said of all scores of an SAE. */
export type AboutScores = Pick<ScoreFacts, "convention" | "prompts" | "reason">;

/** One latent's scores as they are kept. */
export interface ScoreRow {
  /** By prompt; null on one that says nothing. */
  each: (number | null)[];
  /** Share of the texts, and how many there were; null below {@link fewestTexts}. */
  input: number | null;
  texts: number;
}

/**
 * Adds the scores of some latents, `features[i]` the `i`-th of `facts`; the texts of input scores are the store's examples.
 * What was measured on other prompts, or by another convention, goes.
 */
export function* writeScores(
  db: DatabaseSync,
  sae: number,
  features: ArrayLike<number>,
  facts: ScoreFacts,
): Generator<void, void> {
  const { convention, prompts, reason } = facts;
  const about = JSON.stringify({ convention, prompts, reason } satisfies AboutScores);
  const key = `scores.${sae}`;
  const known = db.prepare("SELECT value FROM meta WHERE key = ?").get(key);
  if (known && known.value !== about) db.prepare("DELETE FROM score WHERE sae = ?").run(sae);
  db.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)").run(key, about);
  for (let i = 0; i < features.length; i++) {
    putScores(db, sae, features[i], scoreRow(db, sae, features[i], facts, i));
    yield;
  }
}

/** Keeps the scores of one latent. */
export function putScores(
  db: DatabaseSync,
  sae: number,
  feature: number,
  { each, input, texts }: ScoreRow,
): void {
  db.prepare("INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?)").run(
    ...[sae, feature, meanOf(each), JSON.stringify(each), input, texts],
  );
}

/** The scores of one latent as they are kept; null where there are none. */
export function scoresKept(db: DatabaseSync, sae: number, feature: number): ScoreRow | null {
  const row = db
    .prepare("SELECT prompts, input, texts FROM score WHERE sae = ? AND feature = ?")
    .get(sae, feature);
  if (!row) return null;
  const input = row.input === null ? null : Number(row.input);
  return { each: JSON.parse(String(row.prompts)), input, texts: Number(row.texts) };
}

/** The scores of the `i`-th latent of what was measured; `db` holds its examples. */
function scoreRow(
  db: DatabaseSync | null,
  sae: number,
  feature: number,
  facts: ScoreFacts,
  i: number,
): ScoreRow {
  const { prompts, output, raised, listed } = facts;
  const each = prompts.map((_, p) => output[i * prompts.length + p]);
  const peaks = db && listed > 0 ? peaksOf(db, sae, feature) : [];
  const tokens = new Set(raised.subarray(i * listed, (i + 1) * listed));
  const hits = peaks.filter((id) => tokens.has(id)).length;
  return {
    each: each.map((it) => (Number.isNaN(it) ? null : Number(it.toPrecision(6)))),
    input: peaks.length < fewestTexts ? null : hits / peaks.length,
    texts: peaks.length,
  };
}

/**
 * Input score of Arad et al. 2025: of the texts on which a latent fires, the share in which the token that it fires on most is
 * among the 20 that its decoder direction raises most. The texts are the windows that its examples stand in: the strongest,
 * and those of the random sample, each once, with the strongest activation that is known there.
 * @returns ids of these tokens
 */
function peaksOf(db: DatabaseSync, sae: number, feature: number): number[] {
  const row = db.prepare("SELECT top, sample FROM firing WHERE sae = ? AND feature = ?").get(sae, feature);
  const firings = [row?.top, row?.sample].flatMap((blob) =>
    decodeFirings((blob ?? null) as Uint8Array | null),
  );
  const best = new Map<number, { activation: number; position: number }>();
  for (const { window, position, offsets, activations } of firings) {
    activations.forEach((activation, k) => {
      if (activation <= (best.get(window)?.activation ?? 0)) return;
      // The window is kept where it was met first.
      best.set(window, { activation, position: position + offsets[k] });
    });
  }
  const reader = new ExampleReader(db);
  return [...best].slice(0, mostTexts).map(([window, { position }]) => reader.idAt(window, position));
}

/** Latents of an SAE without scores, the first `most` of them. */
export function withoutScores(db: DatabaseSync, sae: number, width: number, most: number): Int32Array {
  const known = new Set<number>();
  for (const { feature } of db.prepare("SELECT feature FROM score WHERE sae = ?").all(sae))
    known.add(Number(feature));
  const missing: number[] = [];
  for (let feature = 0; feature < width && missing.length < most; feature++)
    if (!known.has(feature)) missing.push(feature);
  return Int32Array.from(missing);
}

/** How many latents of an SAE have scores. */
export function countScores(db: DatabaseSync, sae: number): number {
  return Number(db.prepare("SELECT count(*) AS n FROM score WHERE sae = ?").get(sae)!.n);
}

/** The scores kept of a latent; null where it was not scored. */
export function readScores(db: DatabaseSync, sae: number, feature: number): FeatureScores | null {
  const about = db.prepare("SELECT value FROM meta WHERE key = ?").get(`scores.${sae}`);
  const kept = scoresKept(db, sae, feature);
  return about && kept ? toScores(JSON.parse(String(about.value)), kept) : null;
}

/** All scores kept of an SAE `[n]`, NaN where there is none; null where it was not scored at all. */
export function allScores(
  db: DatabaseSync,
  sae: number,
  width: number,
): { output: Float32Array; input: Float32Array } | null {
  const rows = db.prepare("SELECT feature, output, input FROM score WHERE sae = ?").all(sae);
  if (rows.length === 0) return null;
  const output = new Float32Array(width).fill(Number.NaN);
  const input = output.slice();
  for (const row of rows) {
    if (row.output !== null) output[Number(row.feature)] = Number(row.output);
    if (row.input !== null) input[Number(row.feature)] = Number(row.input);
  }
  return { output, input };
}

/**
 * The scores of the only latent of what was measured.
 * @param examples where its examples are kept; null where nowhere
 */
export function scoresOf(
  facts: ScoreFacts,
  examples: { db: DatabaseSync; sae: number; feature: number } | null,
): FeatureScores {
  const { db, sae, feature } = examples ?? { db: null, sae: 0, feature: 0 };
  return toScores(facts, scoreRow(db, sae, feature, facts, 0));
}

function toScores(
  { convention, prompts, reason }: AboutScores,
  { each, input, texts }: ScoreRow,
): FeatureScores {
  const value = meanOf(each);
  const notes: string[] = [];
  if (value === null)
    notes.push(reason ?? "No output score: no latent is active on the last token of any neutral text.");
  if (input === null) notes.push(noInput(reason, texts));
  return {
    output:
      value === null
        ? null
        : {
            value,
            weak: isWeak(value),
            prompts: prompts.map((prompt, p) => onPrompt(prompt, each[p])),
          },
    input: input === null ? null : { value: input, texts },
    convention,
    notes,
  };
}

function onPrompt({ text, maxActivation }: NeutralPrompt, score: number | null) {
  return { text, maxActivation, score };
}

function noInput(reason: string | null, texts: number): string {
  if (reason !== null) return "No input score: its decoder rows raise no tokens.";
  return `No input score: it needs at least ${fewestTexts} texts of a scan on which the latent fires, and ${texts === 0 ? "none is" : `only ${texts} are`} kept.`;
}

/** Mean of what is known; null where nothing is. */
function meanOf(each: (number | null)[]): number | null {
  const known = each.filter((it) => it !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}
