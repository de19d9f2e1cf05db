import type { Occurrences } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { figure, visible } from "../text.ts";

/** Where it fires in the file, a row each, which leads to its place in the text. */
export function inFile(found: Occurrences, reveal: (occurrence: number) => void): HTMLElement[] {
  const { rows, total, file, scale } = found;
  if (total === 0) return [make("p", { class: "note" }, `It fires nowhere in ${file}.`)];
  const places = rows.map(({ line, before, text, after, activation }, i) => {
    const link = make(
      "button",
      { class: "link", title: `${figure(activation)} on “${visible(text)}”, line ${line}` },
      make("bdi", { class: "before" }, visible(before)),
      make("mark", {}, visible(text)),
      make("bdi", { class: "after" }, visible(after)),
    );
    link
      .querySelector<HTMLElement>("mark")!
      .style.setProperty("--shade", Math.min(1, scale.value > 0 ? activation / scale.value : 0).toFixed(3));
    link.addEventListener("click", () => reveal(i));
    return make(
      "li",
      {},
      make("span", { class: "line" }, String(line)),
      link,
      make("span", { class: "value" }, figure(activation)),
    );
  });
  const left =
    total > rows.length
      ? [
          make(
            "p",
            { class: "note" },
            `… and at ${total - rows.length} more places; “Show where it fires” marks them all.`,
          ),
        ]
      : [];
  const full = `${total === 1 ? "Once" : `${total} times`} in ${file}; full shade is ${figure(scale.value)}, its ${scale.from === "known maximum" ? "known maximum" : "strongest in this file"}.`;
  return [make("p", { class: "note" }, full), make("ol", { class: "places" }, ...places), ...left];
}
