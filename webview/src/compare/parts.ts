import type { Estimate } from "../../../server/src/protocol/compare.ts";
import { make } from "../dom.ts";
import { figure, percent } from "../text.ts";

export function section(title: string, ...children: (Node | string)[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}

/** A value with its 95 % interval. */
export function estimateText({ value, low, high }: Estimate, kind: "share" | "mean"): string {
  const write = kind === "share" ? percent : figure;
  return high === Number.MAX_VALUE ? write(value) : `${write(value)} (${write(low)} to ${write(high)})`;
}

export function table(heads: string[], rows: (Node | string)[][]): HTMLElement {
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...heads.map((it) => make("th", { scope: "col" }, it)))),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((it) => make("td", {}, it))))),
  );
}
