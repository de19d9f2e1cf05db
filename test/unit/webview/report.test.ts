// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import type {
  FromReportPanel,
  ReportPanelState,
  ToReportPanel,
} from "../../../server/src/protocol/report-panel.ts";
import { reportMarkdown } from "../../../webview/src/report/markdown.ts";
import { startReport } from "../../../webview/src/report/page.ts";
import { hostile } from "./feature-data.ts";
import { failedReport, numberReport, trainedReport } from "./report-data.ts";

const uri = "file:///prompts/scenes.probe.json";
let sent: FromReportPanel[];
let state: ReportPanelState | undefined;
let tell: (message: ToReportPanel) => void;

beforeEach(() => {
  document.body.replaceChildren();
  [sent, state] = [[], undefined];
  tell = startReport(
    {
      postMessage: (it) => sent.push(it),
      setState: (it) => {
        state = it;
      },
    },
    document.body,
  );
});
const show = (report: ProbeReport) => tell({ type: "show", uri, file: "scenes.probe.json", report });
const text = () => document.body.textContent!;
const headings = () => [...document.querySelectorAll("h2")].map((it) => it.textContent);
const part = (title: string) =>
  [...document.querySelectorAll("section")].find((it) => it.querySelector("h2")!.textContent === title)!;
const button = (name: string) =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find((it) => it.textContent === name)!;
const cell = (start: string) => document.querySelector<HTMLElement>(`[role="gridcell"][title^="${start}"]`)!;

it("says first what to trust and why, and keeps the file only", () => {
  show(trainedReport());
  const trust = document.querySelector(".trust")!;
  expect(trust.textContent).toContain("Do not take this for something the model represents");
  expect(trust.querySelector("li.bad")!.textContent).toBe("random labels of words are as easy");
  expect(text().indexOf("Do not take this")).toBeLessThan(text().indexOf("The probe and its controls"));
  expect(document.querySelector("h1")!.textContent).toBe("Probe scenes");
  expect(text()).toContain("tinytown, 26 November 2026");
  expect(state).toEqual({ uri });
  expect(headings()).toEqual([
    "The probe and its controls",
    "Further figures",
    "Where it can be read",
    "Layer by layer",
    "Learning curve",
    "Reliability",
    "Confusion",
    "Worst errors",
    "Data and conventions",
  ]);
});

it("draws the probe beside every control on one axis, and says the same in a table", () => {
  show(trainedReport());
  const names = [...document.querySelectorAll(".dots .name")].map((it) => it.textContent);
  expect(names).toEqual([
    "Probe, held out",
    "Majority class",
    "Length of the text",
    "Bag of words",
    "Word n-grams",
    "Character n-grams",
    "Cleaned set, probe",
    "Cleaned set, n-grams",
    "Shuffled labels",
    "Control task",
    "Groups held out",
    "Other splits",
    "Code length",
  ]);
  const rows = [
    ...part("The probe and its controls").querySelectorAll("details")[0].querySelectorAll("tbody tr"),
  ];
  const cells = rows.map((row) => [...row.children].map((it) => it.textContent));
  expect(cells.map(([name]) => name)).toEqual(names);
  expect(cells[0]).toEqual(["Probe, held out", "77.0 %", "69.3 to 83.3", "135", "135 examples"]);
  expect(cells[3].at(-1)).toContain("heaviest: “sad”, “wept”");
  expect(cells[8].at(-1)).toBe("5 of 5 runs within chance’s 99 % interval, 15.7 to 35.5 on average");
  expect(cells[9].at(-1)).toBe("selectivity -3.2 points; 90 % of the words held out were learnt from");
  expect(cells.at(-1)!.slice(1, 3)).toEqual(["536 of 1016 bits (1.9×)", "–"]);
  const dots = [...document.querySelectorAll(".dots circle.dot")].map((it) => Number(it.getAttribute("cx")));
  const squares = [...document.querySelectorAll(".dots rect.dot")].map(
    (it) => Number(it.getAttribute("x")) + 4,
  );
  // 77.0 % of an axis from 0 to 1 lies left of the control task's 80.2 %, and right of the majority's 28.1 %.
  expect(dots[0]).toBeLessThan(squares.at(-1)!);
  expect(dots[0]).toBeGreaterThan(squares[0]);
  expect(dots[0]).toBeCloseTo(132 + 0.7704 * (520 - 160 - 132), 0);
});

it("tells baselines of the text before a stretch apart, and says which controls could not be made, and why", () => {
  const report = trainedReport();
  const { text } = report.controls!;
  text.push({ ...text[2], before: true });
  report.controls!.refused = [{ name: "a control task", why: "Too few words are read." }];
  report.trust!.notMade = ["a control task", "groups held out"];
  show(report);
  const names = [...document.querySelectorAll(".dots .name")].map((it) => it.textContent);
  expect(names.slice(3, 7)).toEqual([
    "Bag of words",
    "Word n-grams",
    "Character n-grams",
    "Words up to there",
  ]);
  const said = part("The probe and its controls").textContent!;
  expect(said).toContain("Words up to there: of the text up to the end of what is meant; heaviest: “sad”");
  expect(said).toContain("Not made: groups held out; a control task (Too few words are read).");
  expect(reportMarkdown(report)).toContain("- Not made: a control task (Too few words are read)\n");
});

it("lays cells out by layer and position, shows the chosen one's figures, then those of the one gone to", () => {
  show(trainedReport());
  const captions = [...document.querySelectorAll('[role="grid"]')].map((it) => it.getAttribute("aria-label"));
  expect(captions).toEqual(["logistic, by layer", "mass-mean, by layer", "k-sparse, other places"]);
  const [first] = document.querySelectorAll('[role="grid"]');
  expect([...first.querySelectorAll("thead th")].map((it) => it.textContent)).toEqual([
    "Layer",
    "last",
    "mean",
  ]);
  expect(first.querySelectorAll("tbody tr")).toHaveLength(6);
  const chosen = cell("logistic at blocks.4.hook_resid_post, mean");
  expect(chosen.className).toBe("chosen");
  expect(chosen.textContent).toBe("79.3");
  const detail = () => document.querySelector(".cell-detail")!.textContent!;
  expect(detail()).toContain("logistic at blocks.4.hook_resid_post, mean (chosen)");
  const other = cell("mass-mean at blocks.0.hook_resid_post, last");
  other.click();
  expect(detail()).toContain("mass-mean at blocks.0.hook_resid_post, last");
  expect(detail()).toContain("58.5 % (50.1 to 66.5), 135 examples");
  expect(other.getAttribute("aria-selected")).toBe("true");
  expect(chosen.getAttribute("aria-selected")).toBe("false");
  // A fuller shade is a better figure.
  const shade = (it: HTMLElement) => Number(it.style.getPropertyValue("--shade"));
  expect(shade(chosen)).toBeGreaterThan(shade(other));
});

it("goes from cell to cell by arrows, and is one stop of the Tab key a grid", () => {
  show(trainedReport());
  const press = (key: string) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    document.activeElement!.dispatchEvent(event);
    return document.activeElement!.getAttribute("title");
  };
  cell("logistic at blocks.4.hook_resid_post, mean").focus();
  expect(press("ArrowLeft")).toContain("blocks.4.hook_resid_post, last");
  expect(press("ArrowUp")).toContain("blocks.3.hook_resid_post, last");
  expect(press("End")).toContain("blocks.3.hook_resid_post, mean");
  expect(press("ArrowRight")).toContain("blocks.3.hook_resid_post, mean");
  expect(document.querySelectorAll('[role="grid"]')[0].querySelectorAll('[tabindex="0"]')).toHaveLength(1);
  expect(document.querySelector(".cell-detail")!.textContent).toContain("blocks.3.hook_resid_post, mean");
});

it("draws curves by layer with their controls, and those of another kind when it is chosen", () => {
  show(trainedReport());
  const layers = () => part("Layer by layer");
  const [held, bits] = layers().querySelectorAll("svg.lines");
  expect(held.getAttribute("aria-label")).toMatch(
    /^accuracy by layer, logistic, mean, resid_post\. held out: layer 0/,
  );
  expect(held.querySelectorAll(".point.main")).toHaveLength(6);
  expect(held.querySelectorAll(".point.main .interval")).toHaveLength(6);
  expect(held.querySelectorAll(".path.dashed, .path.dotted")).toHaveLength(2);
  expect(bits.getAttribute("aria-label")).toContain("layer 4: 1.19 bits");
  expect(layers().textContent).toContain("Readable from layer 4 on");
  const choice = layers().querySelector("select")!;
  choice.value = [...choice.options].find((it) => it.textContent === "mass-mean, last, resid_post")!.value;
  choice.dispatchEvent(new Event("change"));
  expect(layers().querySelector("svg.lines")!.getAttribute("aria-label")).toContain("layer 5: 63.7 %");
});

it("lists the worst errors with what is meant marked, and asks for a place by its number only", () => {
  show(trainedReport());
  const [first] = part("Worst errors").querySelectorAll("li");
  expect(first.querySelector("mark")!.textContent).toMatch(/^The ropes are all yellow/);
  expect(first.textContent).toContain("is afraid, told angry (81 %); 3.54 bits of surprise");
  button("scenes.jsonl, line 512").click();
  expect(sent).toEqual([{ type: "reveal", error: 0 }]);
});

it("offers no jump to what was drawn, and shows a stranger's text as text", () => {
  const report = trainedReport();
  const [first] = report.errors;
  report.errors = [
    {
      ...first,
      ...{ text: `${hostile.html}${hostile.override}`, span: null, label: hostile.script },
      source: { path: "tinytown", line: 3, where: "tinytown, example 3" },
    },
  ];
  report.name = hostile.html;
  show(report);
  expect(part("Worst errors").querySelectorAll("button")).toHaveLength(0);
  expect(text()).toContain("tinytown, example 3");
  expect(document.querySelector("img, script")).toBeNull();
  expect(text()).toContain("abc\\u{202e}dcba");
});

it("shows a matrix of few classes, and of many the pairs that are confused most", () => {
  const report = trainedReport();
  show(report);
  const rows = part("Confusion").querySelectorAll("tbody tr");
  expect(rows).toHaveLength(4);
  const { confusion } = report.figures!;
  const share = `${((100 * confusion[0][0]) / confusion[0].reduce((a, b) => a + b)).toFixed(0)} %`;
  expect(rows[0].querySelector("td")!.textContent).toBe(`${share}${confusion[0][0]}`);
  const names = Array.from({ length: 13 }, (_, i) => `class ${i}`);
  const many: number[][] = names.map((_, i) => names.map((_, j) => (i === j ? 5 : 0)));
  many[2][7] = 3;
  many[4][1] = 4;
  report.target.names = names;
  report.figures!.confusion = many;
  show(report);
  const pairs = [...part("Confusion").querySelectorAll("tbody tr")].map((it) => it.textContent);
  expect(pairs).toEqual(["class 4class 144 %4", "class 2class 738 %3"]);
});

it("of numbers shows the rank correlation and no confusion", () => {
  show(numberReport());
  expect(headings()).not.toContain("Confusion");
  expect(headings()).not.toContain("Reliability");
  expect(part("Further figures").textContent).toContain("R²0.66");
  expect(part("Further figures").textContent).toContain("Mean absolute error1.25");
  expect(document.querySelector(".dots .said")!.textContent).toBe("0.83 (0.70 to 0.90)");
  expect(text()).toContain("Always one number");
  expect(part("Worst errors").querySelector("li")!.textContent).toContain("is 3, told 7.10 ·");
});

it("says how often a probe abstains, and of what", () => {
  const report = trainedReport();
  const coverage = { value: 0.912, low: 0.87, high: 0.94, n: 320 };
  const classes = [
    { name: "true", n: 106, abstained: 0.085 },
    { name: "neither", n: 114, abstained: 0.175 },
  ];
  report.figures!.abstention = { alpha: 0.1, coverage, classes };
  show(report);
  const text = part("Further figures").textContent;
  expect(text).toContain("Conformal sets at α = 0.1hold the true class in 91.2 %");
  expect(text).toContain("Abstains ontrue 8.5 % of 106, neither 17.5 % of 114");
});

it("says why no cell was trained, each reason once, and shows no figure", () => {
  show(failedReport());
  expect(document.querySelector(".trust")!.textContent).toContain("no probe could be trained");
  expect(headings()).toEqual(["Where it can be read", "Data and conventions"]);
  expect(part("Where it can be read").querySelector("ul")!.textContent).toBe(
    "All examples are of one class. (26 of 26 cells)",
  );
  cell("logistic at blocks.0.hook_resid_post, last").click();
  expect(document.querySelector(".cell-detail .problem")!.textContent).toBe("All examples are of one class.");
});

it("copies Markdown through the editor, says when it is done, and shows what is wrong with a file", () => {
  show(trainedReport());
  button("Copy as Markdown").click();
  expect(sent.at(-1)).toMatchObject({ type: "copy", text: expect.stringContaining("# Probe scenes\n") });
  tell({ type: "copied" });
  expect(document.querySelector('[role="status"]')!.textContent).toBe("Copied.");
  tell({ type: "problem", uri, message: "There is no trained probe." });
  expect(document.querySelector('[role="alert"]')!.textContent).toBe("There is no trained probe.");
  expect(text()).not.toContain("Do not take this");
  expect(state).toEqual({ uri });
});
