// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  answerAll,
  asked,
  begin,
  change,
  field,
  grid,
  lastQuery,
  row,
  rows,
  sent,
  start,
  state,
  tell,
} from "./explorer-driver.ts";
import { hostile } from "./feature-data.ts";

beforeEach(begin);

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
