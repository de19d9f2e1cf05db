import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { type Line, linePlot } from "./line-plot.ts";
import { figureText, hasInterval, intervalOf, measureOf } from "./measure.ts";
import { section } from "./parts.ts";

/** What fewer examples would have done; nothing where that was not measured. */
export function learningPart(report: ProbeReport): HTMLElement[] {
  const curve = report.controls?.curve ?? [];
  if (curve.length < 2) return [];
  const measure = measureOf(report);
  const line: Line = {
    name: "held out",
    style: "main",
    points: curve.map(({ examples, figure }) => {
      const [low, high] = intervalOf(figure, measure);
      return {
        ...{ x: examples, value: figure.value, ...(hasInterval(figure) && { low, high }) },
        title: `${examples} examples: ${figureText(figure, measure)}`,
      };
    }),
  };
  const sizes = curve.map(({ examples }) => examples);
  const least = Math.min(0, ...line.points.map(({ value, low }) => low ?? value));
  const { floor, floorName } = measure;
  return [
    section(
      "Learning curve",
      linePlot(
        `${measure.name} by the number of examples`,
        {
          name: "examples to learn from (logarithmic)",
          range: [sizes[0], sizes.at(-1)!],
          ticks: sizes,
          write: String,
          logarithmic: sizes[0] > 0,
        },
        {
          name: `${measure.name}${measure.name === "accuracy" ? ", %" : ""}`,
          range: [least, 1],
          write: measure.tick,
        },
        [line],
        floor === null ? undefined : { value: floor, name: floorName },
      ),
    ),
  ];
}
