import type { Figure, ProbeCell, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { figure, visible } from "../text.ts";
import { figureText, hasInterval, measureOf } from "./measure.ts";
import { facts } from "./parts.ts";

/** Everything that was measured of one cell. */
export function cellDetail(report: ProbeReport, index: number): HTMLElement {
  const cell = report.cells[index];
  const { source, position, kind, problem } = cell;
  const chosen = index === report.chosen ? " (chosen)" : "";
  return make(
    "div",
    { class: "cell-detail" },
    make("h3", {}, `${kind} at ${visible(source)}, ${position}${chosen}`),
    problem ? make("p", { class: "problem" }, visible(problem, 1000)) : facts(cellFigures(report, cell)),
  );
}

function cellFigures(report: ProbeReport, cell: ProbeCell): [string, string][] {
  const { validation, test, auc, information, calibrationError, shuffled, control } = cell;
  const { controlRuns: runs } = cell;
  const measure = measureOf(report);
  const written = (it: ProbeCell["test"]) => (it ? `${figureText(it, measure)}, ${it.n} examples` : "");
  const run = (value: number | null, of: Figure | null | undefined) => {
    if (of) return `${figureText(of, measure)}, ${of.n} runs`;
    return value === null ? "" : measure.write(value);
  };
  return [
    [`Held out, ${measure.name}`, written(test)],
    ["Validation, which chooses", written(validation)],
    ["AUC", auc === null ? "" : auc.toFixed(3)],
    ["Bits known of a label", information ? bits(information) : ""],
    ["Calibration error", calibrationError === null ? "" : calibrationError.toFixed(3)],
    ["Shuffled labels", run(shuffled, runs?.shuffled)],
    ["Control task", run(control, runs?.control)],
    ["Selectivity", control === null || !test ? "" : measure.difference(test.value - control)],
    ...cell.facts.map(([name, value]): [string, string] => [visible(name), visible(value, 400)]),
  ];
}

function bits(information: NonNullable<ProbeCell["information"]>): string {
  const { value, low, high } = information;
  return hasInterval(information) ? `${figure(value)} (${figure(low)} to ${figure(high)})` : figure(value);
}
