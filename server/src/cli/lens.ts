import { readLens, toLens } from "../analysis/lens.ts";
import type { Position } from "../protocol/inspect.ts";
import type { LensResult } from "../protocol/lens.ts";
import { analyseHere } from "./analyse-here.ts";
import { lensDetail, lensTable } from "./lens-text.ts";
import { readPrompt } from "./prompt-source.ts";
import { header } from "./table.ts";
import { tokensAt } from "./tokens-at.ts";

export interface LensOptions {
  model?: string;
  sae?: string[];
  /** Guesses of each layer. */
  top?: number;
  at?: Position;
  json?: boolean;
}

/** Guesses of each layer on a token, unless `--top` says otherwise. */
const guesses = 5;
/** Features of each SAE on a token in JSON, as `inspect` gives them. */
const features = 8;

/** `steerscope lens FILE`: what every layer of the model predicts after each token (logit lens). */
export async function lensCommand(fileName: string, options: LensOptions): Promise<void> {
  const source = await readPrompt(fileName, options);
  const { result, remarks } = await analyseHere(source, async (document, host, analyser) => {
    const all = toLens(document, { from: 0, to: document.analysis.ids.length, topK: features }, null);
    const [from, to] = windowOf(all, options.at);
    const window = { from, to, count: options.top ?? guesses };
    const grid = await readLens(host, document, analyser.askedFor(document), window);
    return toLens(document, { from, to, topK: features }, grid);
  });
  for (const line of remarks) console.error(`${fileName}:${line}`);
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else {
    const parts = options.at ? result.tokens.map((token) => lensDetail(result, token)) : [lensTable(result)];
    console.log([header(result), ...parts, result.lens?.convention].join("\n\n"));
  }
}

/** The tokens that are wanted: those at a place, which stand in a row, or all. */
function windowOf(result: LensResult, at: Position | undefined): [from: number, to: number] {
  if (!at) return [0, result.of];
  const found = tokensAt(result, at);
  return [found[0].i, found[found.length - 1].i + 1];
}
