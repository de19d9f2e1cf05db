import type { Analysis, Description } from "../protocol/engine.ts";
import type { Range } from "../protocol/inspect.ts";
import type { Problem } from "../protocol/problem.ts";
import type { Lines } from "./lines.ts";
import { documentRange, type PromptFile } from "./prompts/index.ts";
import type { ResolvedSetup } from "./setup.ts";

/** A problem with its place in the document (UTF-16 offsets). */
export interface PlacedProblem extends Problem {
  start: number;
  end: number;
  severity: "error" | "warning" | "information";
}

/** What is known of a document before the engine has seen it. */
export interface PreparedDocument {
  /** Names the document to the engine and to the user. */
  key: string;
  fileName: string;
  lines: Lines;
  prompt: PromptFile;
  setup: ResolvedSetup;
  problems: PlacedProblem[];
}

/** A document, the numbers the engine found for it, and how the two lie over each other. */
export interface DocumentAnalysis extends PreparedDocument {
  description: Description;
  analysis: Analysis;
  /** `[T]` document offsets of each token, -1 for virtual tokens. */
  starts: Int32Array;
  ends: Int32Array;
  /** Tokens that stand in the document, in the order they stand there. */
  visible: Int32Array;
  /** Strongest activation of each latent in this file, one map an SAE; tokens not to be interpreted left out. */
  fileMaximum: Map<number, number>[];
}

/** Lays an analysis over the document it was made from; `problems` are all there are. */
export function combine(
  prepared: PreparedDocument,
  description: Description,
  analysis: Analysis,
  problems: PlacedProblem[],
): DocumentAnalysis {
  const count = analysis.ids.length;
  const starts = new Int32Array(count).fill(-1);
  const ends = new Int32Array(count).fill(-1);
  const visible: number[] = [];
  for (let t = 0; t < count; t++) {
    const message = prepared.prompt.messages[analysis.spans.message[t]];
    if (!message) continue;
    const range = documentRange(message, analysis.spans.start[t], analysis.spans.end[t]);
    starts[t] = range.start;
    ends[t] = range.end;
    visible.push(t);
  }
  visible.sort((a, b) => starts[a] - starts[b] || a - b);
  return {
    ...prepared,
    problems,
    description,
    analysis,
    starts,
    ends,
    visible: Int32Array.from(visible),
    fileMaximum: analysis.saes.map((sae) => {
      const strongest = new Map<number, number>();
      for (let t = 0; t < count; t++) {
        if (sae.outside[t]) continue;
        for (let i = sae.rows[t]; i < sae.rows[t + 1]; i++) {
          const known = strongest.get(sae.indices[i]) ?? 0;
          if (sae.values[i] > known) strongest.set(sae.indices[i], sae.values[i]);
        }
      }
      return strongest;
    }),
  };
}

/** Tokens whose range holds an offset; several where tokens share a character or come from one template variable. */
export function tokensAt(document: DocumentAnalysis, offset: number): number[] {
  const { visible, starts, ends } = document;
  let low = 0;
  let high = visible.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[visible[middle]] <= offset) low = middle + 1;
    else high = middle;
  }
  const found: number[] = [];
  for (let i = low - 1; i >= 0; i--) {
    const token = visible[i];
    if (ends[token] > offset) found.unshift(token);
    // Empty ranges (a variable without a value) lie between others and end nothing.
    else if (ends[token] > starts[token]) break;
  }
  return found;
}

/** Range of a token in the document; null for a virtual one. */
export function tokenRange(document: DocumentAnalysis, token: number): Range | null {
  if (document.starts[token] < 0) return null;
  return document.lines.range(document.starts[token], document.ends[token]);
}

export function textOf(document: DocumentAnalysis, id: number): string {
  return document.analysis.texts.get(id) ?? `⟨${id}⟩`;
}

/** Role of a token's message; null in a text without roles. */
export function roleOf(document: DocumentAnalysis, token: number): string | null {
  const message = document.prompt.messages[document.analysis.spans.message[token]];
  if (message?.role === null) return null;
  if (document.prompt.messages.every((it) => it.role === null)) return null;
  return document.analysis.roles[document.analysis.roleOf[token]] ?? null;
}
