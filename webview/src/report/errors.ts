import type { ProbeError, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { figure, visible } from "../text.ts";
import { button, more, note, section } from "./parts.ts";

/** UTF-16 units shown before and behind the stretch that is meant, and of it. */
const around = 120;
const longest = 400;

/** How many are seen without being asked for. */
const atOnce = 8;

/** What was drawn for a probe stands in no file. */
const drawn = "tinytown";

/** The held-out examples that the probe is most wrong about. @param reveal shows where one stands */
export function errorsPart(report: ProbeReport, reveal: (error: number) => void): HTMLElement[] {
  const { errors, figures, target } = report;
  if (!figures) return [];
  const words =
    target.type === "number"
      ? "Held-out examples told farthest from what they are."
      : "Held-out examples told wrongly, those first whose label surprised the probe most (bits more than it surprises who reads nothing).";
  if (errors.length === 0)
    return [section("Worst errors", note("None: every held-out example was told rightly."))];
  const items = errors.map((it, i) => item(it, target.type === "number", () => reveal(i)));
  const rest = items.slice(atOnce);
  return [
    section(
      "Worst errors",
      note(words),
      make("ol", { class: "errors" }, ...items.slice(0, atOnce)),
      ...(rest.length > 0
        ? [more(`${rest.length} more`, make("ol", { class: "errors", start: String(atOnce + 1) }, ...rest))]
        : []),
    ),
  ];
}

function item(error: ProbeError, isNumber: boolean, reveal: () => void): HTMLElement {
  const { label, told, score, surprise, source } = error;
  const isFile = source.path !== drawn;
  const sure = isNumber ? "" : ` (${(100 * score).toFixed(0)} %)`;
  return make(
    "li",
    {},
    make("p", { class: "text", dir: "auto" }, ...marked(error)),
    make(
      "p",
      { class: "said" },
      "is ",
      make("b", {}, make("bdi", {}, visible(label, 80))),
      ", told ",
      make("b", {}, make("bdi", {}, visible(told, 80))),
      `${sure}${surprise === null ? "" : `; ${figure(surprise)} bits of surprise`} · `,
      isFile ? button(visible(source.where), "link", reveal) : make("span", {}, visible(source.where)),
    ),
  );
}

/** The text with the stretch that is meant marked, cut where it is long. */
function marked({ text, span }: Pick<ProbeError, "text" | "span">): (Node | string)[] {
  if (!span) return [visible(text, longest)];
  const [start, end] = span;
  const [before, behind] = [text.slice(0, start), text.slice(end)];
  // Cut between words, where there are any.
  const from = start > around ? before.slice(-around).replace(/^\S*\s/, "") : before;
  const to = behind.length > around ? behind.slice(0, around).replace(/\s\S*$/, "") : behind;
  return [
    `${from === before ? "" : "… "}${visible(from)}`,
    make("mark", {}, visible(text.slice(start, end), longest)),
    `${visible(to)}${to === behind ? "" : " …"}`,
  ];
}
