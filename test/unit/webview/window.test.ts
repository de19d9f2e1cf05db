import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { MOST_NODES, rowAfterKey, rowsToDraw, scrolledTo } from "../../../webview/src/list/window.ts";

const view = (scrollTop: number, height = 400) => ({ scrollTop, height, rowHeight: 20 });

it.each<[number, number, number, [number, number]]>([
  [0, 400, 16_384, [0, 29]],
  [2000, 400, 16_384, [96, 125]],
  [2010, 400, 16_384, [96, 125]],
  [16_364 * 20, 400, 16_384, [16_360, 16_384]],
  // A list that got shorter than where the view still is.
  [16_364 * 20, 400, 3, [2, 3]],
  [0, 400, 0, [0, 0]],
  [0, 0, 10, [0, 9]],
])("scrolled to %i px, %i px tall, of %i rows there are %j", (top, height, count, expected) => {
  expect(rowsToDraw(view(top, height), count)).toEqual(expected);
});

it("never draws more than 60 rows, however tall the screen", () => {
  for (const top of [0, 777, 300_000]) {
    const [from, to] = rowsToDraw(view(top, 5_000), 16_384);
    expect(to - from).toBe(MOST_NODES);
  }
  expect(MOST_NODES).toBeLessThanOrEqual(60);
});

it("fills the tallest list that the style sheet allows, wherever it is scrolled to", () => {
  const style = readFileSync(new URL("../../../webview/src/list/style.css", import.meta.url), "utf8");
  const rows = Number(/max-height: calc\(var\(--row\) \* (\d+)\)/.exec(style)![1]);
  for (const rowHeight of [22, 23, 40])
    for (let scrollTop = 1000; scrollTop < 1100; scrollTop++) {
      const [from, to] = rowsToDraw({ scrollTop, height: rows * rowHeight, rowHeight }, 16_384);
      expect(from * rowHeight).toBeLessThanOrEqual(scrollTop);
      expect(to * rowHeight).toBeGreaterThanOrEqual(scrollTop + rows * rowHeight);
    }
});

it.each([
  // Seen whole already; above the view; below it, behind a head of 25 px.
  [10, 100, 100],
  [2, 100, 40],
  [30, 100, 245],
])("row %i is brought into a view at %i px by scrolling to %i", (row, top, expected) => {
  expect(scrolledTo(row, view(top), 25)).toBe(expected);
});

it.each([
  ["PageDown", 5, 25],
  ["PageDown", 95, 99],
  ["PageUp", 5, 0],
  ["End", 5, 99],
  ["Home", 5, 0],
  ["ArrowLeft", 5, null],
])("the key %s leads from row %i to %s", (key, from, to) => {
  expect(rowAfterKey(key, from, 100, 20)).toBe(to);
  expect(rowAfterKey(key, 0, 0, 20)).toBeNull();
});
