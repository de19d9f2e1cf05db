import { scaleLinear } from "d3-scale";
import type { ProbeFigures, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { shape } from "../svg.ts";
import { note, section } from "./parts.ts";

const size = 260;
const margin = { top: 10, right: 10, bottom: 40, left: 48 };
/** Radii of the points of the least and of the most examples. */
const radii = { least: 3, most: 11 };

type Bin = ProbeFigures["reliability"][number];

/** How often the probe is right where it is so sure; nothing of numbers. */
export function reliabilityPart({ figures }: ProbeReport): HTMLElement[] {
  const bins = figures?.reliability.filter(({ n }) => n > 0) ?? [];
  if (bins.length === 0) return [];
  const { calibrationError } = figures!;
  return [
    section(
      "Reliability",
      make("figure", {}, plotOf(bins)),
      note(
        `On the line a probability means what it says; a point’s area is its share of the examples.${calibrationError === null ? "" : ` Calibration error: ${calibrationError.toFixed(3)}.`}`,
      ),
    ),
  ];
}

function plotOf(bins: readonly Bin[]): SVGElement {
  const [left, right, bottom] = [margin.left, size - margin.right, size - margin.bottom];
  const x = scaleLinear([0, 1], [left, right]);
  const y = scaleLinear([0, 1], [bottom, margin.top]);
  const most = Math.max(...bins.map(({ n }) => n));
  const plot = shape("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", class: "plot reliability" });
  plot.setAttribute("aria-label", `Reliability. ${bins.map(inWords).join("; ")}.`);
  for (const tick of [0, 0.25, 0.5, 0.75, 1])
    plot.append(
      shape("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }),
      shape("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, String(100 * tick)),
      shape("text", { x: x(tick), y: bottom + 15, "text-anchor": "middle" }, String(100 * tick)),
    );
  plot.append(
    shape("line", { class: "level", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    ...bins.map((bin) => {
      const r = Math.max(radii.least, radii.most * Math.sqrt(bin.n / most));
      const point = shape("circle", { class: "bin", cx: x(bin.confidence), cy: y(bin.accuracy), r });
      point.append(shape("title", {}, inWords(bin)));
      return point;
    }),
    shape("text", { x: (left + right) / 2, y: size - 6, "text-anchor": "middle" }, "confidence, %"),
    shape(
      "text",
      { transform: `translate(12 ${(margin.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      "right, %",
    ),
  );
  return plot;
}

const inWords = ({ n, confidence, accuracy }: Bin): string =>
  `${n} examples told with ${(100 * confidence).toFixed(1)} % on average: ${(100 * accuracy).toFixed(1)} % right`;
