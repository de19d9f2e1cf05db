import { expect, it } from "vitest";
import { reportText } from "../../../server/src/cli/probe-text.ts";
import { failedReport, trainedReport } from "../webview/report-data.ts";

const words = "a fifth of the examples to learn from was left out of every fit";

it("says that the places of the table have learnt from less than the probe below it", () => {
  const text = reportText(trainedReport(), null);
  const at = text.indexOf(words);
  expect(at).toBeGreaterThan(text.lastIndexOf("blocks.4.hook_resid_post  mean"));
  expect(at).toBeLessThan(text.indexOf("Chosen: logistic at blocks.4.hook_resid_post, mean"));
});

it("does not say so where too few examples were left to choose by, or nothing was trained", () => {
  const report = trainedReport();
  const all = { ...report, cells: report.cells.map((it) => ({ ...it, validation: null })) };
  expect(reportText(all, null)).toContain("Chosen: ");
  for (const it of [all, failedReport()]) expect(reportText(it, null)).not.toContain(words);
});
