import type { TokensAnswer } from "../../../server/src/protocol/lens.ts";
import type { TokensPanelState } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";

/** Which model and SAEs the numbers come from, with their conventions; closed to begin with. */
export function facts(): {
  element: HTMLElement;
  show(answer: TokensAnswer, convention: string | null): void;
} {
  const title = make("summary", {});
  const list = make("ul", {});
  return {
    element: make("details", { class: "facts" }, title, list),
    show: ({ model, saes, of }, convention) => {
      title.textContent = `${visible(model.id)} · ${model.layers} layers · ${of.toLocaleString("en")} ${of === 1 ? "token" : "tokens"}`;
      const { family, dModel, dtype, computeDtype, device } = model;
      const lines = [
        `${family}, ${model.layers} layers of ${dModel}, ${dtype} computed in ${computeDtype} on ${device}.`,
        ...(convention ? [convention] : []),
      ].map((line) => make("li", {}, line));
      const ofSaes = saes.map(({ id, hook, architecture, width, conventions, check }) =>
        make(
          "li",
          {},
          `${visible(id)} · ${hook} · ${architecture}, ${width} latents `,
          make("vscode-tag", {}, check.verdict),
          make("ul", {}, ...conventions.map((line) => make("li", {}, line))),
        ),
      );
      list.replaceChildren(...lines, ...ofSaes);
    },
  };
}

type Choices = Pick<TokensPanelState, "cells" | "shade">;

/** What the cells show, and what shades them. */
export function choices(change: (part: Partial<Choices>) => void): {
  element: HTMLElement;
  show(choices: Choices): void;
} {
  const cells = select("cells", "Cells", [
    ["guesses", "What each layer predicts"],
    ["features", "Strongest feature of each SAE"],
  ]);
  const shade = select("shade", "Shading", [
    ["guess", "Probability of the guess"],
    ["next", "Surprise at what follows"],
  ]);
  cells.control.addEventListener("change", () => change({ cells: cells.control.value as Choices["cells"] }));
  shade.control.addEventListener("change", () => change({ shade: shade.control.value as Choices["shade"] }));
  const legend = make("p", { class: "note" }, "Underlined: the guess is what really comes next.");
  return {
    element: make("div", {}, make("div", { class: "choices" }, cells.element, shade.element), legend),
    show: (now) => {
      cells.control.value = now.cells;
      shade.control.value = now.shade;
      // Features are shaded by their activation, whatever is chosen.
      shade.element.hidden = now.cells === "features";
      legend.hidden = now.cells === "features";
    },
  };
}

function select(id: string, name: string, options: [value: string, text: string][]) {
  const control = make(
    "select",
    { id },
    ...options.map(([value, text]) => make("option", { value }, text)),
  ) as HTMLSelectElement;
  return { control, element: make("div", { class: "field" }, make("label", { for: id }, name), control) };
}
