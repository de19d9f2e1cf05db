import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { figure } from "../text.ts";
import { comparisons, groupNames, notMade } from "./comparisons.ts";
import { dotPlot } from "./dot-plot.ts";
import { intervalText, type Measure, measureOf } from "./measure.ts";
import { facts, more, note, section, table } from "./parts.ts";

/** The chosen probe beside everything that could explain it away; nothing where none was trained. */
export function controlsPart(report: ProbeReport): HTMLElement[] {
  const { figures, controls } = report;
  if (!figures || !controls) return [];
  const measure = measureOf(report);
  const rows = comparisons(report);
  const missing = notMade(report);
  return [
    section(
      "The probe and its controls",
      note(
        "Round: the probe. Square: what something else reaches. Bars are 95 % intervals; the light band is the probe’s own, the grey one chance’s 99 %.",
      ),
      make("figure", {}, dotPlot(rows, measure)),
      ...rows.filter(({ isRemark }) => isRemark).map((it) => note(`${it.name}: ${it.note}.`)),
      ...(missing.length > 0 ? [note(`Not made: ${missing.join("; ")}.`)] : []),
      more("All controls as a table", controlTable(report, measure)),
      ...groupParts(report, measure),
    ),
    section("Further figures", facts(furtherFigures(report))),
  ];
}

function controlTable(report: ProbeReport, measure: Measure): HTMLElement {
  return table(
    `${measure.name} on held-out examples`,
    ["", measure.name, "95 % interval", "n", ""],
    comparisons(report).map(({ name, figure: it, said, note: words }) => [
      name,
      it ? measure.write(it.value) : said,
      it ? intervalText(it, measure) || "–" : "–",
      it ? String(it.n) : "–",
      words,
    ]),
  );
}

function groupParts({ controls }: ProbeReport, measure: Measure): HTMLElement[] {
  if (!controls?.groups) return [];
  const rows = [...controls.groups.parts]
    .sort((a, b) => a.value - b.value)
    .map(({ groups, n, value }) => [groupNames(groups, 20), String(n), measure.write(value)]);
  return [
    more(
      "Groups held out, one part after another",
      table("Trained on the other groups, told of these", ["Groups", "n", measure.name], rows),
    ),
  ];
}

/** What else is measured of the chosen probe, with its unit. */
export function furtherFigures({ figures, target }: ProbeReport): [name: string, value: string][] {
  if (!figures) return [];
  const { balancedAccuracy, auc, logLoss, brier, calibrationError, f1, r2, meanAbsoluteError, abstention } =
    figures;
  const value = (it: number | null, unit = "") => (it === null ? "" : `${figure(it)}${unit}`);
  const share = (it: number | null) => (it === null ? "" : `${(100 * it).toFixed(1)} %`);
  return [
    ["Balanced accuracy", share(balancedAccuracy)],
    [
      target.names.length > 2 ? "AUC, mean of one class against the others" : "AUC",
      auc === null ? "" : auc.toFixed(3),
    ],
    ["Log-loss", value(logLoss, " nats")],
    ["Brier score", value(brier)],
    ["Calibration error", calibrationError === null ? "" : calibrationError.toFixed(3)],
    [
      "F1",
      f1
        .map((it, i) => `${target.names[i] ?? i} ${it.toFixed(3)}`)
        .slice(0, 12)
        .join(", "),
    ],
    ["R²", value(r2)],
    ["Mean absolute error", value(meanAbsoluteError)],
    [
      `Conformal sets${abstention ? ` at α = ${abstention.alpha}` : ""}`,
      abstention ? `hold the true class in ${share(abstention.coverage.value)}` : "",
    ],
    [
      "Abstains on",
      (abstention?.classes ?? [])
        .map(({ name, n, abstained }) => `${name} ${share(abstained)} of ${n}`)
        .join(", "),
    ],
  ];
}
