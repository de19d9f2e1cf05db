import { styleText } from "node:util";
import type { Aligned, CompareResult, Estimate, MovedLatent, Sweep, TextPart } from "../protocol/compare.ts";
import type { TakenBehaviour } from "../protocol/rerank.ts";
import { columns } from "./columns.ts";
import { rankedByText, rankText } from "./rerank-option.ts";

/** Latents listed in a terminal; JSON has all twenty. */
const LISTED = 8;

/** A comparison for a terminal: verdict, texts with their differences, figures, latents, sweep. */
export function comparisonText(result: CompareResult): string {
  const { model, device, recipes, edits, samples } = { ...result, samples: result.base.length };
  const head = [
    `${styleText("bold", result.file)} · ${model} on ${device} · ${recipes.map(({ name, file }) => name ?? file).join(", ")} · ${samples} ${samples === 1 ? "sample" : "samples"} of ${result.maxTokens} tokens at temperature ${result.sampling.temperature}, seed ${result.sampling.seed}`,
    ...edits.map(({ enabled, words }) => `  ${enabled ? words : `(off) ${words}`}`),
  ];
  return [
    head.join("\n"),
    ...result.aligned.map((it, i) => pair(it, i, result.rerank)),
    figures(result).join("\n"),
    latents("Named by the recipe", result.named),
    latents("Moved most", result.moved.slice(0, LISTED)),
    result.sweep ? sweepTable(result.sweep) : "",
    [styleText("bold", `${result.verdict.title}.`), ...result.verdict.sentences].join("\n"),
  ]
    .filter((it) => it !== "")
    .join("\n\n");
}

function pair({ base, steered }: Aligned, i: number, rerank: CompareResult["rerank"]): string {
  const lines = [styleText("bold", `Sample ${i + 1}`)];
  const row = (name: "base" | "steered", text: string) => {
    const rank = rankText(rerank?.[name] ?? null, i);
    lines.push(`  ${name.padEnd(7)} ${text}`, ...(rank ? [`         ${rank.replace(/^ · /, "")}`] : []));
  };
  row("base", marked(base, "red"));
  row("steered", marked(steered, "green"));
  return lines.join("\n");
}

/** What only this side has is coloured, and stands in brackets where there are no colours. */
function marked(parts: TextPart[], colour: "red" | "green"): string {
  return parts
    .map(({ text, same }) => {
      const line = text.replace(/\s*\n\s*/g, " ⏎ ");
      if (same) return line;
      return process.stdout.isTTY ? styleText(colour, line) : `${/^\s*/.exec(line)![0]}[${line.trimStart()}]`;
    })
    .join("")
    .trim();
}

function figures(result: CompareResult): string[] {
  const { behaviour, perplexity, repetition, divergence } = result;
  const rows = [
    ["", "base", "steered"],
    ...(behaviour ? [[behaviour.scorer, withInterval(behaviour.base), withInterval(behaviour.steered)]] : []),
    ...taken(result.rerank),
    ["perplexity under the base model", number(perplexity.base), number(perplexity.steered)],
    ["three tokens in a row repeat", share(repetition.base), share(repetition.steered)],
  ];
  return [
    ...columns(rows),
    `Mean KL(steered ‖ base) on the ${divergence.of}: ${number(divergence.mean)} nats a token.`,
    ...(result.rerank ? [rankedByText(result.rerank.base)] : []),
  ];
}

/** What ranking brings: what is expected of the sample that is taken, and how much more that is than the mean of all. */
function taken(rerank: CompareResult["rerank"]): string[][] {
  if (!rerank?.behaviour) return [];
  const { base, steered } = rerank.behaviour;
  const row = (name: string, cell: (of: TakenBehaviour) => string) => [
    `  ${name}`,
    cell(base),
    cell(steered),
  ];
  return [
    row("expected of the sample that is taken", ({ expected }) => expected.toFixed(2)),
    row("gain over the mean of all samples", ({ gain }) => withInterval(gain)),
  ];
}

function latents(title: string, rows: MovedLatent[]): string {
  if (rows.length === 0) return "";
  const lines = columns([
    [title, "base", "steered", "of maximum", "label"],
    ...rows.map(({ sae, latent, base, steered, share: moved, label }) => [
      `${sae}/${latent}`,
      base.toFixed(3),
      steered.toFixed(3),
      moved === null ? "–" : `${moved > 0 ? "+" : ""}${(100 * moved).toFixed(1)} %`,
      label ?? "",
    ]),
  ]);
  return lines.join("\n");
}

function sweepTable({ scorer, points, samples }: Sweep): string {
  const rows = points.map(({ multiplier, behaviour, perplexityRatio, kl }) => [
    `${multiplier}${multiplier === 1 ? " (recipe)" : ""}`,
    ...(scorer ? [behaviour ? withInterval(behaviour) : "–"] : []),
    number(perplexityRatio),
    number(kl),
  ]);
  const heads = ["strength ×", ...(scorer ? [scorer] : []), "perplexity ratio", "KL"];
  return [`Sweep, ${samples} samples each:`, ...columns([heads, ...rows])].join("\n");
}

const number = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const share = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(0)} %`);

function withInterval({ value, low, high }: Estimate): string {
  // What rounds to 0 has no sign.
  const [own, ...ends] = [value, low, high].map((it) => it.toFixed(2).replace(/^-(?=0\.00$)/, ""));
  return high === Number.MAX_VALUE ? own : `${own} (${ends.join(" to ")})`;
}
