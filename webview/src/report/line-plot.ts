import { scaleLinear, scaleLog } from "d3-scale";
import { make } from "../dom.ts";
import { shape } from "../svg.ts";

const width = 340;
const height = 210;
const margin = { top: 10, right: 16, bottom: 40, left: 46 };

/** A point of a line, with the interval it has. */
export interface LinePoint {
  x: number;
  value: number;
  low?: number;
  high?: number;
  /** What is said of it where it is pointed at. */
  title: string;
}

/** `main`: a full line with intervals; the others are dashed and dotted. */
export interface Line {
  name: string;
  style: "main" | "dashed" | "dotted";
  points: LinePoint[];
}

export interface LineAxis {
  name: string;
  /** Ends of the axis. */
  range: [number, number];
  write(value: number): string;
}

/** Lines over one axis: a legend in words below, each point with a title. @param level a figure that goes through all of it */
export function linePlot(
  name: string,
  x: LineAxis & { ticks: number[]; logarithmic?: boolean },
  y: LineAxis,
  lines: readonly Line[],
  level?: { value: number; name: string },
): HTMLElement {
  const [left, right] = [margin.left, width - margin.right];
  const bottom = height - margin.bottom;
  const across = (x.logarithmic ? scaleLog : scaleLinear)(x.range, [left + 8, right - 8]);
  const up = scaleLinear(y.range, [bottom, margin.top]);
  const inside = (value: number) => up(Math.min(y.range[1], Math.max(y.range[0], value)));
  const plot = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "plot lines" });
  plot.setAttribute("aria-label", inWords(name, lines));
  for (const tick of up.ticks(4))
    plot.append(
      shape("line", { class: "grid", x1: left, x2: right, y1: up(tick), y2: up(tick) }),
      shape("text", { x: left - 6, y: up(tick) + 4, "text-anchor": "end" }, y.write(tick)),
    );
  plot.append(
    shape("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
    ...x.ticks.map((tick) =>
      shape("text", { x: across(tick), y: bottom + 15, "text-anchor": "middle" }, x.write(tick)),
    ),
    shape("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle" }, x.name),
    shape(
      "text",
      { transform: `translate(12 ${(margin.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      y.name,
    ),
  );
  if (level)
    plot.append(
      shape("line", {
        class: "level",
        x1: left,
        x2: right,
        y1: inside(level.value),
        y2: inside(level.value),
      }),
    );
  for (const { style, points } of lines) {
    const path = points.map(({ x: at, value }) => `${across(at).toFixed(1)},${inside(value).toFixed(1)}`);
    plot.append(shape("polyline", { class: `path ${style}`, points: path.join(" ") }));
    for (const it of points) plot.append(pointOf(it, style, across(it.x), inside));
  }
  return make("figure", {}, plot, key(lines, level));
}

function pointOf(
  { value, low, high, title }: LinePoint,
  style: Line["style"],
  at: number,
  inside: (value: number) => number,
): SVGElement {
  const group = shape("g", { class: `point ${style}` }, "", shape("title", {}, title));
  if (low !== undefined && high !== undefined)
    group.append(shape("line", { class: "interval", x1: at, x2: at, y1: inside(low), y2: inside(high) }));
  group.append(shape("circle", { cx: at, cy: inside(value), r: style === "main" ? 3.5 : 2.5 }));
  return group;
}

/** What each line is, drawn as it is drawn. */
function key(lines: readonly Line[], level: { name: string } | undefined): HTMLElement {
  const sample = (style: string) =>
    shape(
      "svg",
      { viewBox: "0 0 24 8", width: 24, height: 8, class: "plot sample", "aria-hidden": "true" },
      "",
      shape("line", { class: style === "level" ? style : `path ${style}`, x1: 0, x2: 24, y1: 4, y2: 4 }),
    );
  const entries = [
    ...lines.map(({ name, style }) => ({ name, style: style as string })),
    ...(level ? [{ name: level.name, style: "level" }] : []),
  ];
  return make(
    "figcaption",
    {},
    ...entries.map(({ name, style }) => make("span", { class: "key" }, sample(style), ` ${name}`)),
  );
}

/** The plot in a sentence, for those who do not see it. */
function inWords(name: string, lines: readonly Line[]): string {
  const said = lines.map((line) => `${line.name}: ${line.points.map(({ title }) => title).join("; ")}`);
  return `${name}. ${said.join(". ")}.`;
}
