// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ExplorerRow, FeatureQuery, FeaturesAnswer } from "../../../server/src/protocol/explore.ts";
import type {
  ExplorerPanelState,
  FromExplorerPanel,
  ToExplorerPanel,
} from "../../../server/src/protocol/panel.ts";
import { startExplorer } from "../../../webview/src/explorer/page.ts";
import { hostile } from "./feature-data.ts";

const count = 16_384;
const viewHeight = 420;

let sent: FromExplorerPanel[];
let state: ExplorerPanelState | undefined;
let tell: (message: ToExplorerPanel) => void;

const row = (feature: number, more: Partial<ExplorerRow> = {}): ExplorerRow => ({
  ...{ sae: "s", feature, label: `label ${feature}`, source: "imported", frequency: 0.01 },
  ...{
    maximum: 9,
    score: null,
    output: null,
    input: null,
    contrast: null,
    like: null,
    distance: null,
    cosine: null,
  },
  ...more,
});
const saes = [{ id: "s", hook: "h", architecture: "topk", width: count, conventions: [] }];
const answer = (offset: number, rows: ExplorerRow[], total = count): FeaturesAnswer =>
  ({
    model: "m",
    saes,
    total,
    of: count,
    offset,
    scored: false,
    rows,
    notes: [],
  }) as unknown as FeaturesAnswer;

/** Answers all questions that were not answered yet. */
function answerAll(total = count, of = row): void {
  for (let i = 0; i < sent.length; i++) {
    const it = sent[i];
    if (it.type !== "ask") continue;
    sent.splice(i--, 1);
    const length = Math.max(0, Math.min(it.count, total - it.offset));
    const rows = Array.from({ length }, (_, k) => of(it.offset + k));
    tell({ type: "rows", id: it.id, answer: answer(it.offset, rows, total) });
  }
}

function start(): void {
  document.body.replaceChildren();
  const root = document.createElement("main");
  document.body.append(root);
  sent = [];
  tell = startExplorer(
    {
      postMessage: (message) => sent.push(message),
      setState: (it) => {
        state = it;
      },
      getState: () => state,
    },
    root,
  );
  Object.defineProperty(grid(), "clientHeight", { value: viewHeight, configurable: true });
  tell({ type: "file", uri: "file:///a.prompt", file: "a.prompt" });
}
const grid = () => document.querySelector<HTMLElement>('[role="grid"]')!;
const rows = () =>
  [...grid().querySelectorAll<HTMLElement>('.space [role="row"]')].filter((it) => !it.hidden);
const active = () => {
  const found = document.getElementById(grid().getAttribute("aria-activedescendant") ?? "");
  return found ? Number(found.getAttribute("aria-rowindex")) - 2 : null;
};
const press = (key: string) => {
  grid().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  // happy-dom tells of no scrolling that a script does.
  grid().dispatchEvent(new Event("scroll"));
};
const scrollTo = (top: number) => {
  grid().scrollTop = top;
  grid().dispatchEvent(new Event("scroll"));
};
const asked = () => sent.filter((it) => it.type === "ask");
const lastQuery = (): FeatureQuery => asked().at(-1)!.query;
function change(element: Element, value: string): void {
  (element as HTMLInputElement).value = value;
  element.dispatchEvent(new Event(element.tagName === "SELECT" ? "change" : "input"));
}
const field = (name: string): HTMLElement =>
  document.getElementById(
    [...document.querySelectorAll("label")].find((it) => it.textContent === name)!.htmlFor,
  )!;

beforeEach(() => {
  vi.useFakeTimers();
  state = undefined;
  start();
});

describe("the list", () => {
  it("has at most 60 rows of 16,384, wherever it is scrolled to, and says how many there are", () => {
    answerAll();
    expect(grid().getAttribute("aria-rowcount")).toBe(String(count + 1));
    const rowHeight = Number.parseFloat(grid().style.getPropertyValue("--row"));
    for (const at of [0, 1, 7, 100, 5_000, count - 1, count * 2, 3]) {
      scrollTo(at * rowHeight);
      answerAll();
      expect(grid().querySelectorAll('.space [role="row"]').length).toBeLessThanOrEqual(60);
      const shown = rows().map((it) => Number(it.getAttribute("aria-rowindex")) - 2);
      const first = Math.min(at, count - 1);
      for (let i = first; i < Math.min(count, first + viewHeight / rowHeight); i++)
        expect(shown).toContain(i);
      for (const it of rows()) {
        const i = Number(it.getAttribute("aria-rowindex")) - 2;
        expect(it.textContent).toContain(`label ${i}`);
        expect(it.style.transform).toBe(`translateY(${i * rowHeight}px)`);
      }
    }
  });

  it("asks only for what is seen, and never for more than two parts at once", () => {
    answerAll();
    sent.length = 0;
    const rowHeight = Number.parseFloat(grid().style.getPropertyValue("--row"));
    for (let at = 0; at < count; at += 500) scrollTo(at * rowHeight);
    expect(asked().length).toBeLessThanOrEqual(2);
    answerAll();
    const last = rows().at(-1)!;
    expect(last.textContent).not.toContain("…");
  });

  it("is walked by keys: the active row is always there, and Enter opens it", () => {
    answerAll();
    expect(active()).toBe(0);
    press("ArrowDown");
    press("ArrowDown");
    expect(active()).toBe(2);
    press("ArrowUp");
    expect(active()).toBe(1);
    press("PageDown");
    const page = active()!;
    expect(page).toBeGreaterThan(10);
    press("PageUp");
    expect(active()).toBe(1);
    press("End");
    answerAll();
    expect(active()).toBe(count - 1);
    press("ArrowDown");
    expect(active()).toBe(count - 1);
    press("Enter");
    expect(sent.at(-1)).toEqual({ type: "open", sae: "s", feature: count - 1 });
    press("Home");
    expect(active()).toBe(0);
    expect(rows().filter((it) => it.getAttribute("aria-selected") === "true")).toHaveLength(1);
  });

  it("opens a row that is clicked", () => {
    answerAll();
    rows()[3].querySelector<HTMLElement>(".label")!.click();
    expect(sent.at(-1)).toEqual({ type: "open", sae: "s", feature: 3 });
    expect(active()).toBe(3);
  });

  it("shows hostile labels as text", () => {
    const texts = Object.values(hostile);
    answerAll(texts.length, (i) => row(i, { label: texts[i] }));
    const labels = rows().map((it) => it.querySelector(".label")!.textContent);
    expect(labels).toHaveLength(texts.length);
    expect(document.querySelectorAll("img, script, b, iframe")).toHaveLength(0);
    const start = texts[0].slice(0, 20);
    expect(labels.some((it) => it!.startsWith(start))).toBe(true);
    for (const it of labels) expect(it!.length).toBeLessThan(2000);
  });

  it("drops the answers to a query that has been changed", () => {
    const [old] = asked();
    tell({ type: "file", uri: "file:///a.prompt", file: "a.prompt", query: { sae: "s" } });
    tell({ type: "rows", id: (old as { id: number }).id, answer: answer(0, [row(77)], 1) });
    expect(rows()).toHaveLength(0);
    answerAll();
    expect(rows().length).toBeGreaterThan(0);
  });

  it("fills its height again after nothing fitted", () => {
    Object.defineProperty(grid(), "clientHeight", {
      get: () => (grid().classList.contains("empty") ? 0 : viewHeight),
    });
    answerAll(0);
    change(field("Dead or dense"), "live");
    answerAll();
    expect(rows().length).toBeGreaterThan(viewHeight / 30);
  });

  it("keeps its place and its rows while they are asked for again", () => {
    answerAll();
    press("End");
    answerAll();
    sent.length = 0;
    tell({ type: "again" });
    expect(grid().getAttribute("aria-busy")).toBe("true");
    expect(rows().at(-1)!.textContent).toContain(`label ${count - 1}`);
    const before = [...sent];
    press("Enter");
    expect(sent.pop()).toEqual({ type: "open", sae: "s", feature: count - 1 });
    expect(sent).toEqual(before);
    answerAll(count, (i) => row(i, { label: `new ${i}` }));
    expect(rows().at(-1)!.textContent).toContain(`new ${count - 1}`);
    expect(active()).toBe(count - 1);
    expect(grid().getAttribute("aria-busy")).toBe("false");
  });
});

describe("the query", () => {
  it("waits for a quiet moment while words are typed", () => {
    answerAll();
    const words = field("Search");
    for (const text of ["c", "ca", "cat "]) change(words, text);
    expect(asked()).toHaveLength(0);
    vi.advanceTimersByTime(200);
    expect(asked()).toHaveLength(1);
    expect(lastQuery()).toEqual({ words: "cat" });
    change(field("Look"), "promotes");
    expect(lastQuery()).toEqual({ promotes: "cat " });
  });

  it("loses nothing that is typed in one field while another one's query is on its way", () => {
    answerAll();
    change(field("Search"), "cat");
    change(field("SAE"), "s");
    change(field("Fires on"), "Anna");
    change(field("but not on"), "The invoice");
    vi.advanceTimersByTime(160);
    expect(lastQuery()).toEqual({ words: "cat", sae: "s" });
    answerAll();
    vi.advanceTimersByTime(400);
    const contrast = { on: { text: "Anna" }, against: { text: "The invoice" }, by: "mean" };
    expect(lastQuery()).toEqual({ words: "cat", sae: "s", contrast });

    change(field("Search"), "dog");
    tell({ type: "file", uri: "file:///a.prompt", file: "a.prompt", query: { sae: "s" } });
    vi.advanceTimersByTime(400);
    expect(lastQuery()).toEqual({ sae: "s" });
    expect((field("Search") as HTMLInputElement).value).toBe("");
  });

  it("is made of what is chosen, and cleared", () => {
    answerAll();
    change(field("SAE"), "s");
    change(field("Label"), "any label");
    change(field("Dead or dense"), "dead");
    expect(lastQuery()).toEqual({ sae: "s", labelled: true, activity: "dead" });
    change(field("Label"), "user");
    expect(lastQuery()).toEqual({ sae: "s", source: "user", activity: "dead" });
    const clear = [...document.querySelectorAll("button")].find((it) => it.textContent === "Clear filters")!;
    clear.click();
    expect(lastQuery()).toEqual({});
    expect((field("Dead or dense") as HTMLSelectElement).value).toBe("");
    expect(clear.hidden).toBe(true);
  });

  it("asks for a least output and input score, and marks weak handles", () => {
    answerAll();
    change(field("Output score"), "0.01");
    change(field("Input score"), "0.5");
    expect(lastQuery()).toEqual({ minOutput: 0.01, minInput: 0.5 });
    answerAll(1, (i) => row(i, { output: 0.004, input: 0.62 }));
    expect(rows()[0].textContent).toContain("0.00 weak0.62");
    change(field("Output score"), "");
    expect(lastQuery()).toEqual({ minInput: 0.5 });
    answerAll(1, (i) => row(i, { output: 0.5 }));
    expect(rows()[0].textContent).not.toContain("weak");
  });

  it("is sorted by the heads of columns, and turned around by a second press", () => {
    answerAll();
    const head = (name: string) => {
      const button = [...document.querySelectorAll<HTMLElement>('[role="columnheader"] button')];
      return button.find((it) => it.textContent === name)!;
    };
    head("Maximum").click();
    expect(lastQuery()).toEqual({ sort: "maximum" });
    expect(head("Maximum").parentElement!.getAttribute("aria-sort")).toBe("descending");
    head("Maximum").click();
    expect(lastQuery()).toEqual({ sort: "maximum", reversed: true });
    expect(head("Maximum").parentElement!.getAttribute("aria-sort")).toBe("ascending");
    head("Label").click();
    expect(lastQuery()).toEqual({ sort: "label" });
    expect(head("Maximum").parentElement!.getAttribute("aria-sort")).toBe("none");
  });

  it("is what is kept, with no number of the answers, and is asked again by a new page", () => {
    answerAll();
    change(field("SAE"), "s");
    answerAll();
    expect(state).toEqual({ uri: "file:///a.prompt", query: { sae: "s" } });
    start();
    expect(lastQuery()).toEqual({ sae: "s" });
    expect((field("SAE") as HTMLSelectElement).value).toBe("s");
  });

  it("contrasts typed texts and the editor's selection", () => {
    answerAll();
    const [take] = document.querySelectorAll<HTMLElement>(".side .secondary");
    take.click();
    expect(sent.at(-1)).toEqual({ type: "selection", side: "on" });
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 4 } };
    const places = [{ range, text: "Anna" }];
    tell({ type: "selection", side: "on", places });
    expect(lastQuery()).toEqual({ contrast: { on: { places }, by: "mean" } });
    change(field("but not on"), "The invoice");
    vi.advanceTimersByTime(400);
    const both = { on: { places }, against: { text: "The invoice" }, by: "mean" };
    expect(lastQuery()).toEqual({ contrast: both });
    answerAll(1, (i) => row(i, { contrast: { on: 3, against: 0.5 } }));
    expect(rows()[0].textContent).toContain("3.00 : 0.50");

    tell({ type: "stale", all: false });
    expect(grid().getAttribute("aria-busy")).toBe("true");
    const chip = document.querySelector<HTMLElement>(".chip:not([hidden])")!;
    expect(chip.textContent).toContain("Anna");
    chip.click();
    expect(lastQuery()).toEqual({});
  });

  it("forgets a selection of another file", () => {
    const places = [{ range: {} as never, text: "Anna" }];
    tell({ type: "selection", side: "on", places });
    tell({ type: "file", uri: "file:///b.prompt", file: "b.prompt" });
    expect(lastQuery()).toEqual({});
  });
});

describe("what it says", () => {
  const said = () => document.querySelector('[role="status"]')!.textContent;

  it("counts what fits, and says when nothing does", () => {
    expect(said()).toBe("Loading…");
    answerAll();
    expect(said()).toBe("16,384 features of m");
    change(field("Dead or dense"), "dense");
    answerAll(12);
    expect(said()).toBe("12 of 16,384 features of m");
    change(field("Dead or dense"), "dead");
    answerAll(0);
    expect(said()).toBe("None of the 16,384 features fits.");
    expect(rows()).toHaveLength(0);
  });

  it("gives the reason where there is no list, and recovers", () => {
    const [{ id }] = asked() as { id: number }[];
    tell({ type: "problem", id, message: "No model at “x”. Give a folder." });
    expect(said()).toBe("No model at “x”. Give a folder.");
    sent.length = 0;
    tell({ type: "again" });
    answerAll();
    expect(said()).toBe("16,384 features of m");
    expect(rows().length).toBeGreaterThan(10);
  });

  it("marks nothing on an edit that the list does not depend on", () => {
    answerAll();
    tell({ type: "stale", all: false });
    expect(grid().getAttribute("aria-busy")).toBe("false");
    tell({ type: "stale", all: true });
    expect(grid().getAttribute("aria-busy")).toBe("true");
  });
});

describe("example texts", () => {
  it("are asked for one a line, once they are typed, and show what each feature does on each", () => {
    answerAll();
    change(field("Example texts"), "one text\n\nanother text\n");
    vi.advanceTimersByTime(100);
    expect(asked()).toHaveLength(0);
    vi.advanceTimersByTime(1000);
    expect(lastQuery().like).toEqual({ texts: ["one text", "another text"] });
    answerAll(3, (i) => row(i, { like: [1.5, 20] }));
    expect(rows()[0].textContent).toContain("1.50 · 20");
    expect(grid().classList.contains("measured")).toBe(true);
    change(field("Example texts"), "");
    vi.advanceTimersByTime(1000);
    expect(lastQuery().like).toBeUndefined();
  });

  it("take in what the editor has selected", () => {
    const add = [...document.querySelectorAll("button")].find((it) => it.textContent === "Add selection")!;
    add.click();
    expect(sent.at(-1)).toEqual({ type: "selection", side: "like" });
    const place = { range: { start: { line: 0, character: 0 }, end: { line: 1, character: 2 } } };
    tell({ type: "selection", side: "like", places: [{ ...place, text: "two\n lines" }] });
    expect(lastQuery().like).toEqual({ texts: ["two lines"] });
  });
});

describe("the meaning of labels", () => {
  it("is asked for after a longer quiet time, or at once by Enter, and shows each feature's cosine", () => {
    answerAll();
    change(field("Look"), "meaning");
    expect(asked()).toHaveLength(0);
    change(field("Search"), "joy");
    vi.advanceTimersByTime(400);
    expect(asked()).toHaveLength(0);
    vi.advanceTimersByTime(600);
    expect(lastQuery()).toEqual({ meaning: "joy" });
    answerAll(3, (i) => row(i, { cosine: 0.731 }));
    expect(rows()[0].textContent).toContain("0.73");
    expect(grid().classList.contains("measured")).toBe(true);
    const sorted = document.querySelector('[role="columnheader"][aria-sort="descending"]');
    expect(sorted?.textContent).toContain("Match");
    change(field("Search"), "joy and grief");
    field("Search").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(lastQuery()).toEqual({ meaning: "joy and grief" });
    change(field("Look"), "words");
    expect(lastQuery()).toEqual({ words: "joy and grief" });
  });

  it("is a query that a page begins with", () => {
    tell({ type: "file", uri: "", file: "", query: { meaning: "joy" } });
    expect((field("Look") as HTMLSelectElement).value).toBe("meaning");
    expect((field("Search") as HTMLInputElement).value).toBe("joy");
  });
});

describe("features that answer alike", () => {
  it("are told by a chip, which takes the question away", () => {
    tell({ type: "file", uri: "", file: "", query: { alike: { sae: hostile.html, feature: 4 } } });
    answerAll(2, (i) => row(i, { distance: 0.25 }));
    const chip = document.querySelector<HTMLElement>(".line .chip")!;
    expect(chip.hidden).toBe(false);
    expect(chip.textContent).toContain("4 ✕");
    expect(chip.querySelector("*")).toBeNull();
    expect(rows()[0].textContent).toContain("0.25");
    chip.click();
    expect(lastQuery().alike).toBeUndefined();
    answerAll();
    expect(chip.hidden).toBe(true);
  });
});
