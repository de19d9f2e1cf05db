// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import {
  active,
  answer,
  answerAll,
  asked,
  begin,
  change,
  count,
  field,
  grid,
  press,
  row,
  rows,
  scrollTo,
  sent,
  tell,
  viewHeight,
} from "./explorer-driver.ts";
import { hostile } from "./feature-data.ts";

beforeEach(begin);

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
