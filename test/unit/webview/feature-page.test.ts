// @vitest-environment happy-dom
import { beforeAll, expect, it, vi } from "vitest";
import type { FromFeaturePanel, ToFeaturePanel } from "../../../server/src/protocol/panel.ts";
import { fullFeature } from "./feature-data.ts";

vi.mock("../../../webview/src/toolkit.ts", () => ({ registerComponents: () => {} }));

const sent: FromFeaturePanel[] = [];
const tell = (data: ToFeaturePanel) => window.dispatchEvent(new MessageEvent("message", { data }));
const show = (answer = fullFeature): ToFeaturePanel => ({
  ...{ type: "show", target: { uri: "file:///a.prompt", sae: "s", feature: 3 }, answer },
  ...{ back: false, forward: false },
});
const isStale = () => document.body.classList.contains("stale");

beforeAll(async () => {
  Object.assign(window, {
    acquireVsCodeApi: () => ({ postMessage: (it: FromFeaturePanel) => sent.push(it), setState: () => {} }),
  });
  await import("../../../webview/src/feature/main.ts");
  expect(sent).toEqual([{ type: "ready" }]);
});

it("stays greyed through edits until what was asked for is there", () => {
  tell(show());
  tell({ type: "stale", all: false });
  expect(isStale()).toBe(false);
  tell({ type: "stale", all: true });
  expect(isStale()).toBe(true);
  // Another feature is being loaded while somebody types.
  tell({ type: "stale", all: false });
  expect(isStale()).toBe(true);
  tell(show());
  expect(isStale()).toBe(false);
  tell({ type: "stale", all: true });
  tell({ type: "problem", message: "No model.", back: false, forward: false });
  expect(isStale()).toBe(false);
});

it("shows the beginning of a long label, and all of it on demand", () => {
  const text = `${"word ".repeat(60)}end`;
  tell(show({ ...fullFeature, labels: [{ ...fullFeature.labels[0], text }] }));
  const details = document.querySelector(".labels li details")!;
  expect(details.querySelector("summary")!.textContent).toMatch(/…$/);
  expect(details.querySelector("p")!.textContent).toBe(text);
  tell(show());
  expect(document.querySelector(".labels li details")).toBeNull();
});

it("shows both scores with the paper's warning, and marks a weak handle", () => {
  tell(show());
  const section = () =>
    [...document.querySelectorAll("section")].find((it) => it.textContent!.startsWith("As a handle"))!;
  expect(section().textContent).toMatch(/Output score 0\.004.*weak handle.*Input score 0\.620.*84 texts/s);
  expect(section().textContent).toContain("rarely high in one feature");
  expect(section().querySelectorAll("li")).toHaveLength(2);
  const { output, ...rest } = fullFeature.scores!;
  const strong = { ...rest, output: { ...output!, value: 0.9, weak: false } };
  tell(show({ ...fullFeature, scores: strong }));
  expect(section().textContent).not.toContain("weak handle");
});

it("measures scores when asked to, and offers it again where that failed", () => {
  tell(show({ ...fullFeature, scores: null }));
  const ask = () =>
    [...document.querySelectorAll("vscode-button")].find((it) => it.textContent!.startsWith("Measure"))!;
  ask().dispatchEvent(new Event("click"));
  expect(sent.at(-1)).toEqual({ type: "measure" });
  expect(document.body.textContent).toContain("Measuring…");
  tell({ type: "scores", scores: null, reason: "No model at “x”." });
  expect(document.body.textContent).toContain("No model at “x”.");
  ask().dispatchEvent(new Event("click"));
  const none = { output: null, input: null, convention: "", notes: ["No input score: too few texts."] };
  tell({ type: "scores", scores: none, reason: "" });
  expect(document.body.textContent).toContain("No input score: too few texts.");
  expect(ask()).toBeUndefined();
});

it("has every label scored by a button of its own, and says what its scores rest on", () => {
  const scoring = { judge: "a judge", date: "2026-01-02T03:04:05Z", verified: true, unread: 2 };
  const label = {
    ...fullFeature.labels[3],
    made: "2026-01-02T03:04:05Z",
    scoring: { ...scoring, activating: 25, nonActivating: 25 },
  };
  tell(show({ ...fullFeature, labels: [fullFeature.labels[0], label] }));
  const items = [...document.querySelectorAll(".labels > li")];
  expect(items[0].textContent).toContain("unscored");
  expect(items[1].textContent).toMatch(/by a model, 2026-01-02.*detection 0\.71.*judged by a judge on 25 /);
  expect(items[1].textContent).toContain("2 answers unread");
  items[1].querySelector<HTMLElement>("button.link")!.click();
  expect(sent.at(-1)).toEqual({ type: "score", label: { text: label.text, source: "automatic" } });
  tell(show());
});
