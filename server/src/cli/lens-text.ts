import { styleText } from "node:util";
import type { LensCell, LensResult, LensToken } from "../protocol/lens.ts";
import { columns, quoted } from "./columns.ts";
import { place, tokenHead } from "./table.ts";

/** Layers that a row of the table has room for. */
const mostColumns = 8;

/** One row a token: where it stands, how unexpected it was, the best guess of each layer at what follows. */
export function lensTable(result: LensResult): string {
  const { tokens, lens } = result;
  if (tokens.length === 0 || !lens) return "The prompt has no tokens.";
  const layers = someLayers(lens.hooks.length);
  const rows = tokens.map((token) => [
    place(token),
    quoted(token.text),
    token.surprisal === null ? "" : token.surprisal.bits.toFixed(1),
    ...layers.map((layer) => bestGuess(token.layers?.[layer])),
  ]);
  const names = layers.map((layer) => `layer ${layer}`);
  const [first, ...rest] = columns([["at", "token", "bits", ...names], ...rows]);
  const shown = rest.map((line, i) => (tokens[i].virtual ? styleText("dim", line) : line));
  const all = lens.hooks.length;
  const left = all > layers.length ? [`${layers.length} of ${all} layers; --at and --json give all.`] : [];
  return [styleText("bold", first), ...shown, ...left].join("\n");
}

/** All layers at one token: their best guesses, and what they give the token that really comes next. */
export function lensDetail(result: LensResult, token: LensToken): string {
  const rows = (token.layers ?? []).map(({ guesses, next }, layer) => [
    String(layer),
    next ? String(next.rank) : "–",
    next ? percent(next.logprob) : "–",
    guesses.map(({ text, logprob }) => `${quoted(text)} ${percent(logprob)}`).join(", "),
  ]);
  const following = token.layers?.some(({ next }) => next)
    ? "rank and probability of what comes next"
    : "nothing comes next";
  return [
    tokenHead(token),
    `Guesses of ${result.lens?.hooks[0] ?? ""} and on, with ${following}:`,
    ...columns([["layer", "rank", "gives it", "guesses"], ...rows]),
  ].join("\n");
}

/** All layers, or as many as there is room for, evenly, the first and the last among them. */
function someLayers(count: number): number[] {
  const shown = Math.min(count, mostColumns);
  return Array.from({ length: shown }, (_, i) =>
    shown === 1 ? 0 : Math.round((i * (count - 1)) / (shown - 1)),
  );
}

function bestGuess(cell: LensCell | undefined): string {
  const best = cell?.guesses[0];
  return best ? `${quoted(best.text)} ${Math.round(100 * Math.exp(best.logprob))} %` : "";
}

const percent = (logprob: number) => `${(100 * Math.exp(logprob)).toFixed(1)} %`;
