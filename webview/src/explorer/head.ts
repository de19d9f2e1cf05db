import type { FeatureQuery, FeatureSort } from "../../../server/src/protocol/explore.ts";
import { make } from "../dom.ts";
import { columns } from "./row.ts";

/** What each order is when it is not reversed. */
const directions: Record<FeatureSort, "ascending" | "descending"> = {
  index: "ascending",
  label: "ascending",
  match: "descending",
  frequency: "descending",
  maximum: "descending",
  score: "descending",
  output: "descending",
  input: "descending",
};

export interface Head {
  element: HTMLElement;
  /** @param sort the order that counts where the query names none */
  show(query: FeatureQuery, sort: FeatureSort): void;
}

/** The names of the columns, which sort by them; a second press turns the order around. */
export function head(choose: (sort: FeatureSort) => void): Head {
  const cells = columns.map(({ name, kind, sort, title }, i) => {
    const inner = sort ? make("button", { title }, name) : make("span", { title }, name);
    if (sort) inner.addEventListener("click", () => choose(sort));
    return make(
      "span",
      { class: `cell ${kind}`, role: "columnheader", "aria-colindex": String(i + 1) },
      inner,
    );
  });
  return {
    element: make("div", { class: "row names", role: "row" }, ...cells),
    show: ({ reversed }, sorted) => {
      for (const [i, { sort }] of columns.entries()) {
        if (!sort) continue;
        const way = directions[sort];
        const turned = way === "ascending" ? "descending" : "ascending";
        cells[i].setAttribute("aria-sort", sort !== sorted ? "none" : reversed ? turned : way);
      }
    },
  };
}
