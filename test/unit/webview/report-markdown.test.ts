// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { nextPlace } from "../../../webview/src/report/grid-keys.ts";
import { reportMarkdown } from "../../../webview/src/report/markdown.ts";
import { figureText, intervalText, measureOf } from "../../../webview/src/report/measure.ts";
import { failedReport, numberReport, trainedReport } from "./report-data.ts";

const tables = (markdown: string) =>
  markdown
    .split("\n\n")
    .filter((it) => it.startsWith("|"))
    .map((it) => it.split("\n").map((line) => line.replace(/^\| | \|$/g, "").split(/(?<!\\) \| /)));

it("has the controls and the cells as tables whose rows are all as wide as their heads", () => {
  const report = trainedReport();
  const markdown = reportMarkdown(report);
  const [controls, cells] = tables(markdown);
  for (const table of [controls, cells])
    expect(new Set(table.map((row) => row.length)), table[0].join()).toEqual(new Set([table[0].length]));
  expect(controls[2]).toEqual(["Probe, held out", "77.0", "69.3 to 83.3", "135", "135 examples"]);
  expect(cells).toHaveLength(2 + report.cells.length);
  expect(cells.filter((row) => row.at(-1) === "chosen").map((row) => row.slice(0, 4))).toEqual([
    ["`blocks.4.hook_resid_post`", "mean", "logistic", "79.3"],
  ]);
  expect(markdown).toContain(`- Hash of the data: \`${report.data.hash}\``);
  expect(markdown).toMatch(
    /Chosen by a fifth of those to learn from.*: logistic at `blocks\.4\.hook_resid_post`, mean\./,
  );
  expect(markdown).toContain("**Do not take this for something the model represents");
  expect(markdown).not.toMatch(/\n{3}/);
});

it("lets no text of the data become Markdown", () => {
  const report = trainedReport();
  report.controls!.text[2].heaviest = ["a|b", "<img src=x>", "*bold*", "`code`"];
  const markdown = reportMarkdown(report);
  expect(markdown).toContain("“a\\|b”, “\\<img src=x\\>”, “\\*bold\\*”, “\\`code\\`”");
  const [controls] = tables(markdown);
  expect(new Set(controls.map((row) => row.length))).toEqual(new Set([5]));
});

it("writes numbers without per cent, and a report without figures with its reasons", () => {
  expect(reportMarkdown(numberReport())).toContain("| Probe, held out | 0.83 | 0.70 to 0.90 |");
  const failed = reportMarkdown(failedReport());
  expect(failed).toContain("Nothing can be trusted yet");
  expect(failed).toContain("All examples are of one class.");
});

it("cuts intervals where the measure ends, and has none of a single run", () => {
  const measure = measureOf(trainedReport());
  expect(figureText({ value: 0.99, low: 0.956, high: 1.027, n: 3 }, measure)).toBe("99.0 % (95.6 to 100.0)");
  const alone = { value: 0.5, low: -Number.MAX_VALUE, high: Number.MAX_VALUE, n: 1 };
  expect(intervalText(alone, measure)).toBe("");
  expect(figureText(alone, measure)).toBe("50.0 %");
  const numbers = measureOf(numberReport());
  expect(intervalText({ value: -0.2, low: -1.4, high: 0.3, n: 5 }, numbers)).toBe("-1.00 to 0.30");
});

it("goes to the nearest cell in a direction, over what is not there", () => {
  const places = [
    { r: 0, c: 0 },
    { r: 0, c: 2 },
    { r: 2, c: 0 },
  ];
  expect(nextPlace("ArrowRight", places[0], places)).toBe(1);
  expect(nextPlace("ArrowDown", places[0], places)).toBe(2);
  expect(nextPlace("ArrowDown", places[1], places)).toBe(-1);
  expect(nextPlace("Home", places[1], places)).toBe(0);
  expect(nextPlace("x", places[1], places)).toBe(-1);
});
