import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { note, section, table } from "./parts.ts";
import { shade } from "./shade.ts";

/** With more classes only the pairs that are confused most are shown. */
export const MOST_CLASSES = 12;
const mostPairs = 20;

export interface ConfusedPair {
  is: string;
  told: string;
  count: number;
  /** Of all examples of the class. */
  rate: number;
}

/** What was told of which class; nothing of numbers. */
export function confusionPart({ figures, target: { names } }: ProbeReport): HTMLElement[] {
  const confusion = figures?.confusion ?? [];
  if (confusion.length === 0) return [];
  if (confusion.length <= MOST_CLASSES) return [section("Confusion", matrix(confusion, names))];
  const pairs = confusedPairs(confusion, names).slice(0, mostPairs);
  if (pairs.length === 0) return [section("Confusion", note("No class was told for another."))];
  return [
    section(
      "Confusion",
      table(
        `The pairs of ${confusion.length} classes that are confused most`,
        ["Is", "Told", "Share of the class", "Examples"],
        pairs.map(({ is, told, count, rate }) => [visible(is), visible(told), percent(rate), String(count)]),
      ),
    ),
  ];
}

/** Classes told for others, by how many examples. */
export function confusedPairs(confusion: readonly number[][], names: readonly string[]): ConfusedPair[] {
  return confusion
    .flatMap((row, i) => {
      const all = sum(row);
      return row.flatMap((count, j) =>
        i !== j && count > 0
          ? [{ is: names[i] ?? String(i), told: names[j] ?? String(j), count, rate: count / all }]
          : [],
      );
    })
    .sort((a, b) => b.count - a.count || b.rate - a.rate);
}

function matrix(confusion: readonly number[][], names: readonly string[]): HTMLElement {
  const rows = confusion.map((row, i) => {
    const all = sum(row);
    const cells = row.map((count) => {
      const rate = all === 0 ? 0 : count / all;
      const cell = make("span", { class: "rate" }, percent(rate), make("small", {}, String(count)));
      shade(cell, rate);
      return cell;
    });
    return [visible(names[i] ?? String(i), 40), ...cells];
  });
  const element = table(
    "Rows are what an example is, columns what was told of it: share of the row, and how many.",
    ["", ...names.map((it) => visible(it, 40))],
    rows,
  );
  element.classList.add("confusion");
  return element;
}

const sum = (row: readonly number[]): number => row.reduce((all, it) => all + it, 0);
const percent = (rate: number): string => `${(100 * rate).toFixed(rate > 0 && rate < 0.1 ? 1 : 0)} %`;
