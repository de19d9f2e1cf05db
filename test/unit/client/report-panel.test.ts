import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ReportPanel } from "../../../client/src/report-panel.ts";
import { numberReport, trainedReport } from "../webview/report-data.ts";
import {
  answers,
  copied,
  events,
  FakePanel,
  gone,
  offered,
  open,
  panels,
  reset,
  told,
  Uri,
  workspace,
} from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const path = "/prompts/scenes.probe.json";
const uri = `file://${path}`;
let numbers: FakeNumbers;
let panel: ReportPanel;

const saved = (report: object) => JSON.stringify({ schema: "steerscope.probe/1", name: "scenes", report });

beforeEach(() => {
  vi.useFakeTimers();
  reset();
  workspace.files.set(path, saved(trainedReport()));
  numbers = new FakeNumbers();
  panel = new ReportPanel(numbers, new Uri("/extension") as never);
});
afterEach(() => {
  panel.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The panel, opened by whatever says which report is meant. */
async function shown(from?: unknown): Promise<FakePanel> {
  await panel.show(from as never);
  const page = panels.at(-1)!;
  page.messages.fire({ type: "ready" });
  await settled();
  return page;
}

it.each([
  ["a path", path],
  ["a URI as text", uri],
  ["a URI", new Uri(path)],
])("opens by %s, and asks no server", async (_, from) => {
  const page = await shown(from);
  expect(page.sent).toMatchObject([
    {
      type: "show",
      uri,
      file: "scenes.probe.json",
      report: { name: "scenes", schema: "steerscope.probe-report/1" },
    },
  ]);
  expect(page.title).toBe("Probe: scenes");
  expect(numbers.asked).toEqual([]);
});

it("opened without a name shows that of the specification in the editor, or what is picked", async () => {
  open("/prompts/scenes.probe.yaml");
  expect((await shown()).sent[0]).toMatchObject({ type: "show", uri });
  panel.dispose();
  reset();
  workspace.files.set(path, saved(trainedReport()));
  workspace.found = ["/prompts/z.probe.json", path];
  answers.push("scenes.probe.json");
  panel = new ReportPanel(numbers, new Uri("/extension") as never);
  expect((await shown()).sent[0]).toMatchObject({ type: "show", uri });
  expect(offered[0].map(({ label }) => label)).toEqual(["scenes.probe.json", "z.probe.json"]);
  workspace.found = [];
  await panel.show();
  expect(told.at(-1)).toContain("This workspace has no trained probe");
});

it("shows a report that no file keeps, and after a reload says what to do", async () => {
  const page = await shown(numberReport());
  expect(page.sent.at(-1)).toMatchObject({
    type: "show",
    uri: "",
    file: "",
    report: { target: { type: "number" } },
  });
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, { uri: "" });
  restored.messages.fire({ type: "ready" });
  await settled();
  expect(restored.sent).toMatchObject([
    { type: "problem", message: expect.stringContaining("Sweep the probe again") },
  ]);
});

it("comes back on the file that it was kept for", async () => {
  const restored = new FakePanel();
  await panel.deserializeWebviewPanel(restored as never, { uri });
  restored.messages.fire({ type: "ready" });
  await settled();
  expect(restored.sent).toMatchObject([{ type: "show", uri }]);
});

it("reads the file anew when it changes, once for several changes, and no other", async () => {
  const page = await shown(path);
  workspace.files.set(path, saved({ ...trainedReport(), name: "better" }));
  events.fileChanged.fire(new Uri("/prompts/other.probe.json"));
  vi.advanceTimersByTime(500);
  await settled();
  expect(page.sent).toHaveLength(1);
  events.fileChanged.fire(new Uri(path));
  events.fileCreated.fire(new Uri(path));
  vi.advanceTimersByTime(500);
  await settled();
  expect(page.sent).toHaveLength(2);
  expect(page.sent[1]).toMatchObject({ type: "show", report: { name: "better" } });
  expect(page.title).toBe("Probe: better");
});

it.each([
  ["a file cut short", saved(trainedReport()).slice(0, 500)],
  ["another JSON", '{ "schema": "steerscope.compare/1" }'],
  ["JSON that is nothing", "null"],
  [
    "a report without cells",
    saved({ schema: "steerscope.probe-report/1", model: {}, target: {}, timing: {} }),
  ],
  ["a report of another version", saved({ ...trainedReport(), schema: "steerscope.probe-report/9" })],
])("says of %s that it cannot be read", async (_, text) => {
  workspace.files.set(path, text);
  const page = await shown(path);
  expect(page.sent).toEqual([
    {
      type: "problem",
      uri,
      message:
        "scenes.probe.json holds no report of a probe that this version can read. Train the probe again.",
    },
  ]);
});

it("says how to train a probe that is gone, and shows it when it is back", async () => {
  const reading = vi.spyOn(workspace.fs, "readFile").mockRejectedValue(new Error("not found"));
  const page = await shown(path);
  expect(page.sent[0]).toMatchObject({
    type: "problem",
    message: expect.stringContaining("steerscope probe train scenes.probe.yaml"),
  });
  reading.mockRestore();
  events.fileCreated.fire(new Uri(path));
  vi.advanceTimersByTime(500);
  await settled();
  expect(page.sent[1]).toMatchObject({ type: "show" });
});

it("opens the editor at an error's line, and nothing that the page invents", async () => {
  const page = await shown(path);
  page.messages.fire({ type: "reveal", error: 0 });
  await settled();
  expect(gone).toMatchObject([
    {
      document: { uri: { path: "/workspace/scenes.jsonl" } },
      options: { selection: { numbers: [511, 0, 511, 0] }, viewColumn: 1 },
    },
  ]);
  page.messages.fire({ type: "reveal", error: 999 });
  const report = trainedReport();
  report.errors[0].source.path = "tinytown";
  await panel.show(report);
  page.messages.fire({ type: "reveal", error: 0 });
  await settled();
  expect(gone).toHaveLength(1);
});

it("says where the data of an error cannot be opened", async () => {
  const page = await shown(path);
  vi.spyOn(workspace, "openTextDocument").mockRejectedValue(new Error("No such file."));
  page.messages.fire({ type: "reveal", error: 0 });
  await settled();
  expect(told.at(-1)).toBe(
    "scenes.jsonl, line 512 cannot be shown: No such file. Where the data has moved, train the probe again.",
  );
});

it("puts the Markdown on the clipboard and says so", async () => {
  const page = await shown(path);
  page.messages.fire({ type: "copy", text: "# Probe scenes" });
  await settled();
  expect(copied).toEqual(["# Probe scenes"]);
  expect(page.sent.at(-1)).toEqual({ type: "copied" });
});
