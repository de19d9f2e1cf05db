import type { Fit } from "../../learn/kind.ts";
import { linearTelling } from "../../learn/linear-telling.ts";
import { sourceText } from "../../probes/saved/words.ts";
import type { SavedProbe } from "../../protocol/probe-file.ts";
import { escaped, figure } from "../markdown.ts";

/** What a person wants to know of a trained probe before steering with it, as Markdown. */
export function probeText({ name, reads, target, fit: { kind }, report }: SavedProbe, fit: Fit): string {
  const { position } = reads;
  const told =
    target.type === "number"
      ? "a number"
      : `${target.type === "ordered" ? "an order: " : ""}${target.names.join(", ")}`;
  const lines = [`**${escaped(name)}** · ${escaped(sourceText(reads))}`];
  lines.push(escaped(`A probe (${kind}, position ${position}) that tells ${told}`));
  if (report.figures) {
    const { leading, measure } = report.figures;
    const interval = `${figure(leading.low)} to ${figure(leading.high)}, ${leading.n} held-out examples`;
    lines.push(
      escaped(
        `${measure === "accuracy" ? "Accuracy" : "Rank correlation"} ${figure(leading.value)} (${interval})`,
      ),
    );
  }
  if (report.trust) lines.push(escaped(report.trust.sentence));
  const directions = fit.directions().length;
  if (directions === 0) lines.push("It has no direction to steer along");
  else if (target.type === "classes" && directions > 1)
    lines.push("It has a direction for each class: say which with `class`");
  if (!linearTelling(fit))
    lines.push("It cannot serve as a condition: what it says is no function of one direction");
  return lines.join("  \n");
}
