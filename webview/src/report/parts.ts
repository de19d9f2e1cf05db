import { make } from "../dom.ts";

let sections = 0;

/** A part of the page below its heading, which names it to screen readers. */
export function section(title: string, ...children: (Node | string)[]): HTMLElement {
  const id = `part-${sections++}`;
  return make("section", { "aria-labelledby": id }, make("h2", { id }, title), ...children);
}

export function note(text: string): HTMLElement {
  return make("p", { class: "note" }, text);
}

/** Rows whose first cell is the row's head. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (Node | string)[][],
): HTMLElement {
  return make(
    "table",
    {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...heads.map((it) => make("th", { scope: "col" }, it)))),
    make(
      "tbody",
      {},
      ...rows.map(([head, ...cells]) =>
        make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((it) => make("td", {}, it))),
      ),
    ),
  );
}

/** Names and what they say, one a line; those that say nothing are left out. */
export function facts(entries: readonly [name: string, value: string][]): HTMLElement {
  return make(
    "dl",
    { class: "facts" },
    ...entries
      .filter(([, value]) => value !== "")
      .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
  );
}

/** What is shown on demand. */
export function more(title: string, ...children: Node[]): HTMLElement {
  return make("details", {}, make("summary", {}, title), ...children);
}

export function button(text: string, kind: "action" | "link", run: () => void): HTMLButtonElement {
  const element = make("button", { type: "button", class: kind }, text) as HTMLButtonElement;
  element.addEventListener("click", run);
  return element;
}
