import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { facts, more, section, table } from "./parts.ts";

/** What it was made of and how: enough to make it again. */
export function dataPart(report: ProbeReport): HTMLElement {
  const { data, conventions, level, readAs, seed, model } = report;
  return section(
    "Data and conventions",
    facts([
      ["Examples", `${data.train} to learn from, ${data.test} held out`],
      [
        "An example is",
        level === "text" ? "a whole text" : level === "span" ? "a stretch of a text" : "a token",
      ],
      ["Read", readAs === "user" ? "as a user’s message" : "as it is"],
      ["Seed", String(seed)],
      ["Hash of the data", data.hash],
      ["Model", `${visible(model.id)}: ${model.layers} layers, ${model.dModel} dimensions`],
      ["Hash of the model", model.sha256],
      ["Time", timingText(report)],
    ]),
    ...(data.classes.length > 0
      ? [
          table(
            "Examples of each class",
            ["Class", "To learn from", "Held out"],
            data.classes.map(({ name, train, test }) => [visible(name, 80), String(train), String(test)]),
          ),
        ]
      : []),
    ...(data.problems.length > 0
      ? [make("h3", {}, "What was found wrong with the data"), list(data.problems)]
      : []),
    more("Conventions", list(conventions)),
  );
}

/** How long the parts of a training took. */
export function timingText({ timing }: Pick<ProbeReport, "timing">): string {
  const { collect, cells, controls, read, texts } = timing;
  const seconds = (it: number) => `${it.toFixed(1)} s`;
  return `${read} of ${texts} texts read (the others were known) in ${seconds(collect)}, cells trained in ${seconds(cells)}, controls in ${seconds(controls)}`;
}

function list(lines: readonly string[]): HTMLElement {
  return make("ul", {}, ...lines.map((it) => make("li", {}, visible(it, 1000))));
}
