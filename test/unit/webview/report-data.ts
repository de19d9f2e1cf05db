import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SavedProbe } from "../../../server/src/protocol/probe-file.ts";
import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";

const fixture = join(import.meta.dirname, "../../vscode/fixtures/scenes.probe.json");

/** The report of a probe that was really trained; each call gives a copy of its own. */
export function trainedReport(): ProbeReport {
  return (JSON.parse(readFileSync(fixture, "utf8")) as SavedProbe).report;
}

/** One of numbers: no classes, so no confusion and no probabilities. */
export function numberReport(): ProbeReport {
  const report = trainedReport();
  const figure = { value: 0.83, low: 0.7, high: 0.9, n: 135 };
  return {
    ...report,
    target: { type: "number", names: [] },
    data: { ...report.data, classes: [] },
    cells: report.cells.map((it) => ({ ...it, test: figure, auc: null, information: null })),
    figures: {
      ...{ leading: figure, measure: "rank correlation" },
      ...{ balancedAccuracy: null, auc: null, logLoss: null, brier: null, calibrationError: null },
      ...{ reliability: [], f1: [], confusion: [], r2: 0.66, meanAbsoluteError: 1.25, abstention: null },
    },
    controls: { ...report.controls!, majority: 0, cleaned: null, controlTask: null, codeLength: null },
    errors: report.errors.map((it) => ({ ...it, label: "3", told: "7.10", score: 7.1, surprise: null })),
  };
}

/** One of which no cell could be trained. */
export function failedReport(): ProbeReport {
  const report = trainedReport();
  const none = {
    ...{ validation: null, test: null, auc: null, information: null },
    ...{ calibrationError: null, shuffled: null, control: null, facts: [] },
  };
  return {
    ...report,
    cells: report.cells.map((it) => ({ ...it, ...none, problem: "All examples are of one class." })),
    ...{ chosen: null, figures: null, controls: null, trust: null, errors: [], depth: [] },
  };
}
