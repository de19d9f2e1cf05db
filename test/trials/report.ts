/**
 * The table of a steering trial, with 95 % intervals (bootstrap over wishes and handles):
 *
 *     node test/trials/report.ts FILE
 */
import { readFileSync } from "node:fs";
import { interval, mean } from "./statistics.ts";

interface Row {
  wish: string;
  arm: "latent" | "caa" | "sae-ts" | "random";
  name: string;
  strength: number;
  shown: boolean[];
  perplexityRatio: number;
  score: number;
  outputScore: number | null;
}
interface Trial {
  rows: Row[];
  base: Record<string, { shown: boolean[]; perplexity: number }>;
  fit?: { heldOut: number | null; ridge: number };
}

/** Latents below it are weak handles, as the product marks them. */
const weakBelow = 0.01;

const trial = JSON.parse(readFileSync(process.argv[2], "utf8")) as Trial;
const share = (shown: boolean[]) => shown.filter(Boolean).length / shown.length;
const wishes = [...new Set(trial.rows.map(({ wish }) => wish))];
const isTarget = ({ name }: Row) => name.endsWith("(target)");
const arms: [string, (row: Row) => boolean][] = [
  ["latents, by activation only", (row) => row.arm === "latent" && !isTarget(row)],
  [
    `… with an output score of at least ${weakBelow}`,
    (row) => row.arm === "latent" && !isTarget(row) && (row.outputScore ?? 0) >= weakBelow,
  ],
  ["… the better half by output score", (row) => row.arm === "latent" && !isTarget(row) && isBetterHalf(row)],
  ["CAA", (row) => row.arm === "caa"],
  ["SAE-TS", (row) => row.arm === "sae-ts"],
  ["the latent that SAE-TS aims at", (row) => row.arm === "latent" && isTarget(row)],
  ["random latents", (row) => row.arm === "random"],
];

function isBetterHalf(row: Row): boolean {
  const own = trial.rows.filter((it) => it.wish === row.wish && it.arm === "latent" && !isTarget(it));
  const sorted = own.map(({ outputScore }) => outputScore ?? 0).toSorted((a, b) => b - a);
  return (row.outputScore ?? 0) >= sorted[Math.ceil(sorted.length / 2) - 1];
}

/** Mean over wishes of the mean over a wish's handles; wishes without any are left out. */
function overWishes(rows: Row[], of: (row: Row) => number, drawn = wishes): number {
  const means = drawn
    .map((wish) => rows.filter((row) => row.wish === wish))
    .filter((own) => own.length > 0)
    .map((own) => mean(own.map(of)));
  return means.length === 0 ? Number.NaN : mean(means);
}

function cell(rows: Row[], of: (row: Row) => number): string {
  const [low, high] = interval(wishes, (drawn) => overWishes(rows, of, drawn));
  return `${overWishes(rows, of).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

const lines = [
  "| handles | n | shows what was asked for | perplexity ratio | behaviour × fluency |",
  "|---|---|---|---|---|",
  `| none | | ${mean(wishes.map((wish) => share(trial.base[wish].shown))).toFixed(2)} | 1.00 | |`,
];
for (const [name, belongs] of arms) {
  const rows = trial.rows.filter(belongs);
  const figures = [
    cell(rows, ({ shown }) => share(shown)),
    cell(rows, ({ perplexityRatio }) => perplexityRatio),
    cell(rows, ({ score }) => score),
  ];
  lines.push(`| ${name} | ${rows.length} | ${figures.join(" | ")} |`);
}
console.log(lines.join("\n"));

const rowsOf = (index: number) => trial.rows.filter(arms[index][1]);
function difference(name: string, a: Row[], b: Row[], of: (row: Row) => number): void {
  const both = wishes.filter((wish) => [a, b].every((rows) => rows.some((row) => row.wish === wish)));
  const value = (drawn: string[]) => overWishes(a, of, drawn) - overWishes(b, of, drawn);
  const [low, high] = interval(both, value);
  console.log(
    `${name}: ${value(both).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), ${both.length} wishes`,
  );
}
const shownOf = ({ shown }: Row) => share(shown);
console.log("");
difference("filtered minus unfiltered, share", rowsOf(1), rowsOf(0), shownOf);
difference("better half minus all, share", rowsOf(2), rowsOf(0), shownOf);
difference("SAE-TS minus CAA, behaviour × fluency", rowsOf(4), rowsOf(3), ({ score }) => score);
difference("SAE-TS minus its latent, behaviour × fluency", rowsOf(4), rowsOf(5), ({ score }) => score);
difference("latents minus random latents, share", rowsOf(0), rowsOf(6), shownOf);
console.log(
  `SAE-TS' fit: penalty ${trial.fit?.ridge}, ${trial.fit?.heldOut?.toFixed(3)} of held-out variance.`,
);
const weak = rowsOf(0).filter(({ outputScore }) => (outputScore ?? 0) < weakBelow).length;
console.log(
  `${weak} of ${rowsOf(0).length} latents chosen by activation have an output score below ${weakBelow}.`,
);
