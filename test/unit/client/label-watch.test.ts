import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LabelWatch } from "../../../client/src/label-watch.ts";
import { events, reset } from "./editor.ts";

let watch: LabelWatch;
let changes = 0;
beforeEach(() => {
  vi.useFakeTimers();
  reset();
  changes = 0;
  watch = new LabelWatch(() => changes++);
});
afterEach(() => {
  watch.dispose();
  vi.useRealTimers();
});
const own = "/folder/.vscode/steerscope-labels.yaml";

it.each(["fileChanged", "fileCreated", "fileDeleted"] as const)("tells of a label file: %s", (event) => {
  events[event].fire(own);
  events[event].fire(own);
  vi.advanceTimersByTime(500);
  expect(changes).toBe(1);
});

it("tells of no other file, and of nothing once it is disposed", () => {
  events.fileChanged.fire("/folder/steerscope-labels.yaml");
  events.fileChanged.fire("/folder/.vscode/settings.json");
  vi.advanceTimersByTime(500);
  events.fileChanged.fire(own);
  watch.dispose();
  events.fileChanged.fire(own);
  vi.advanceTimersByTime(500);
  expect(changes).toBe(0);
});
