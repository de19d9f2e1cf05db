import { scaleLinear } from "d3-scale";
import { shape } from "../svg.ts";
import type { Comparison } from "./comparisons.ts";
import { hasInterval, intervalOf, type Measure } from "./measure.ts";

const width = 520;
const rowHeight = 24;
const margin = { top: 6, right: 160, bottom: 40, left: 132 };

/** Dots with intervals on one axis, a row a figure; the probe's interval goes through all rows, so that what reaches it is seen. */
export function dotPlot(rows: readonly Comparison[], measure: Measure): SVGElement {
  const bottom = margin.top + rows.length * rowHeight;
  const x = scaleLinear([leastOf(rows, measure), measure.most], [margin.left, width - margin.right]);
  const plot = shape("svg", {
    viewBox: `0 0 ${width} ${bottom + margin.bottom}`,
    role: "img",
    class: "plot dots",
    "aria-label": `${measure.name} of the probe beside its controls; the table below has all figures.`,
  });
  const probe = rows.find(({ figure }) => figure)?.figure;
  if (probe) {
    const [low, high] = intervalOf(probe, measure);
    plot.append(
      shape("rect", {
        class: "reach",
        x: x(low),
        width: Math.max(1, x(high) - x(low)),
        y: margin.top,
        height: bottom - margin.top,
      }),
    );
  }
  for (const tick of x.ticks(5))
    plot.append(
      shape("line", { class: "grid", x1: x(tick), x2: x(tick), y1: margin.top, y2: bottom }),
      shape("text", { x: x(tick), y: bottom + 15, "text-anchor": "middle" }, measure.tick(tick)),
    );
  plot.append(
    shape("line", { class: "axis", x1: margin.left, x2: width - margin.right, y1: bottom, y2: bottom }),
    shape(
      "text",
      { x: (margin.left + width - margin.right) / 2, y: bottom + 33, "text-anchor": "middle" },
      measure.name === "accuracy"
        ? "accuracy on held-out examples, %"
        : "rank correlation on held-out examples",
    ),
    ...rows.map((row, i) => drawn(row, margin.top + (i + 0.5) * rowHeight, x, measure)),
  );
  return plot;
}

function drawn(row: Comparison, y: number, x: (value: number) => number, measure: Measure): SVGElement {
  const { name, role, figure, runs, chance, said, note } = row;
  const group = shape(
    "g",
    { class: role },
    "",
    shape("title", {}, [`${name}: ${said}`, note].filter(Boolean).join("; ")),
    // Something to point at where nothing is drawn.
    shape("rect", { class: "target", x: 0, width, y: y - rowHeight / 2, height: rowHeight }),
    shape("text", { class: "name", x: margin.left - 10, y: y + 4, "text-anchor": "end" }, name),
    shape("text", { class: "said", x: width - margin.right + 10, y: y + 4 }, said),
  );
  const inside = (value: number) => x(Math.min(measure.most, Math.max(measure.least, value)));
  if (chance) {
    const [low, high] = chance.map(inside);
    group.append(shape("rect", { class: "chance", x: low, width: high - low, y: y - 6, height: 12 }));
  }
  group.append(...runs.map((it) => shape("circle", { class: "run", cx: inside(it), cy: y, r: 2 })));
  if (!figure) return group;
  if (hasInterval(figure)) {
    const [low, high] = intervalOf(figure, measure).map(x);
    group.append(
      shape("line", { class: "interval", x1: low, x2: high, y1: y, y2: y }),
      ...[low, high].map((at) => shape("line", { class: "interval", x1: at, x2: at, y1: y - 4, y2: y + 4 })),
    );
  }
  group.append(dot(role, inside(figure.value), y));
  return group;
}

/** Round for the probe, square for what could explain it away: they are told apart without colours. */
function dot(role: Comparison["role"], x: number, y: number): SVGElement {
  return role === "probe"
    ? shape("circle", { class: "dot", cx: x, cy: y, r: 5 })
    : shape("rect", { class: "dot", x: x - 4, y: y - 4, width: 8, height: 8 });
}

/** Where the axis begins: at 0, or below it as far as a figure does. */
function leastOf(rows: readonly Comparison[], measure: Measure): number {
  const ends = rows.flatMap(({ figure, runs, chance }) => [
    ...(figure ? [intervalOf(figure, measure)[0]] : []),
    ...runs,
    ...(chance ?? []),
  ]);
  return Math.max(measure.least, Math.min(0, ...ends));
}
