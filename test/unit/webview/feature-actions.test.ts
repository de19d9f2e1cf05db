// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { actions } from "../../../webview/src/feature/header.ts";

/** What the buttons of a feature's panel are called, and what they send. */
function sent(hasFile: boolean, isScanned: boolean): Record<string, object> {
  const messages: object[] = [];
  const element = actions((message) => messages.push(message), hasFile, isScanned);
  const buttons = [...element.querySelectorAll<HTMLElement>("vscode-button")];
  for (const it of buttons) it.click();
  return Object.fromEntries(buttons.map((it, i) => [it.textContent, messages[i]]));
}

it("offers what can be done with a feature, where it fires only in a file", () => {
  expect(sent(true, true)).toEqual({
    "Show where it fires": { type: "showWhereFires" },
    "Steer…": { type: "steer" },
    "Find features that answer alike": { type: "alike" },
    "Write a label…": { type: "label" },
    "Label automatically…": { type: "explain" },
    "Copy link": { type: "copyLink" },
    "Scan a corpus…": { type: "scan" },
  });
  expect(Object.keys(sent(false, true))).not.toContain("Show where it fires");
  // There is nothing to label it by.
  expect(Object.keys(sent(true, false))).not.toContain("Label automatically…");
});
