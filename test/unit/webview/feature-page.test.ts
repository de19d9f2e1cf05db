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
