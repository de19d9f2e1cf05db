import type { Aligned, CompareResult, TextPart } from "../../../server/src/protocol/compare.ts";
import type { RankedSample } from "../../../server/src/protocol/rerank.ts";
import { make } from "../dom.ts";

export interface Texts {
  element: HTMLElement;
  /** Makes room for so many samples; earlier texts go. */
  begin(samples: number): void;
  add(side: "base" | "steered", sample: number, text: string): void;
  /** The finished texts, with what differs marked, and how a probe ranks them where one does. */
  show(aligned: readonly Aligned[], rerank: CompareResult["rerank"]): void;
  clear(): void;
}

/** Base and steered texts beside each other, a row a sample, as they are written. */
export function textsPart(): Texts {
  const body = make("tbody");
  const head = make(
    "tr",
    {},
    ...["Sample", "Base", "Steered"].map((name) => make("th", { scope: "col" }, name)),
  );
  const table = make(
    "table",
    { class: "texts" },
    make("caption", {}, "What the model writes"),
    make("thead", {}, head),
    body,
  );
  const element = make("section", {}, table);
  element.hidden = true;
  let cells: Record<"base" | "steered", HTMLElement>[] = [];
  const begin = (samples: number) => {
    cells = Array.from({ length: samples }, () => ({
      base: make("td", { dir: "auto" }),
      steered: make("td", { dir: "auto" }),
    }));
    body.replaceChildren(
      ...cells.map(({ base, steered }, i) =>
        make("tr", {}, make("th", { scope: "row" }, String(i + 1)), base, steered),
      ),
    );
    element.hidden = false;
  };
  return {
    element,
    begin,
    add: (side, sample, text) => cells[sample]?.[side].append(text),
    show: (aligned, rerank) => {
      begin(aligned.length);
      aligned.forEach((it, i) => {
        const { base, steered } = cells[i];
        base.replaceChildren(...marked(it.base, "del"), ...rank(rerank?.base.samples[i]));
        steered.replaceChildren(...marked(it.steered, "ins"), ...rank(rerank?.steered.samples[i]));
      });
    },
    clear: () => {
      cells = [];
      body.replaceChildren();
      element.hidden = true;
    },
  };
}

/** `del` is only in the base text, `ins` only in the steered one: screen readers can tell them. */
function marked(parts: readonly TextPart[], tag: "del" | "ins"): (Node | string)[] {
  return parts.map(({ text, same }) => (same ? text : make(tag, {}, text)));
}

/** What the probe gives a text, and whether it is the one that is taken. @param own undefined: none ranks it */
function rank(own: RankedSample | null | undefined): HTMLElement[] {
  if (own === undefined) return [];
  if (own === null) return [make("p", { class: "note" }, "Not read by the probe, so never taken.")];
  const said = `q ${own.q.toFixed(2)}, weight ${own.weight.toFixed(3)}`;
  return [make("p", { class: "note" }, own.chosen ? make("strong", {}, `Chosen: ${said}`) : said)];
}
