import { beforeEach, expect, it } from "vitest";
import { panelColumn } from "../../../client/src/panel-column.ts";
import { reset, TabInputText, TabInputWebview, window } from "./editor.ts";

const text = { input: new TabInputText() };
const panel = (name: string) => ({ input: new TabInputWebview(`mainThreadWebview-${name}`) });
const group = (viewColumn: number, ...tabs: { input: unknown }[]) => ({
  viewColumn,
  tabs,
  activeTab: tabs.at(-1),
});
const beside = -2;
beforeEach(reset);

it.each([
  "steerscope.explorer",
  "steerscope.tokens",
  "steerscope.feature",
])("is the column of %s where that stands beside the text", (name) => {
  window.tabGroups.all = [group(1, text), group(2, panel(name))];
  expect(panelColumn()).toEqual({ viewColumn: 2, preserveFocus: true });
});

it("is a new one where no panel of ours is beside a text", () => {
  expect(panelColumn().viewColumn).toBe(beside);
  window.tabGroups.all = [group(1, text)];
  expect(panelColumn().viewColumn).toBe(beside);
  window.tabGroups.all = [group(1, text), group(2, panel("markdown.preview"))];
  expect(panelColumn().viewColumn).toBe(beside);
  window.tabGroups.all = [group(1, panel("steerscope.explorer"))];
  expect(panelColumn().viewColumn).toBe(beside);
  window.tabGroups.all = [group(1, text, panel("steerscope.explorer"))];
  expect(panelColumn().viewColumn).toBe(beside);
});

it("never covers the text: a panel in its column counts only while it is in front", () => {
  window.tabGroups.all = [group(1, panel("steerscope.explorer"), text), group(2, text)];
  expect(panelColumn().viewColumn).toBe(beside);
});

it("takes the cursor where it would be left behind the panel, and only there", () => {
  const [left, right] = [group(1, text), group(2, panel("steerscope.explorer"))];
  window.tabGroups.all = [left, right];
  window.tabGroups.activeTabGroup = right;
  expect(panelColumn()).toEqual({ viewColumn: 2, preserveFocus: false });
  window.tabGroups.activeTabGroup = left;
  expect(panelColumn()).toEqual({ viewColumn: 2, preserveFocus: true });
});
