import type { ComparedEdit } from "../../../server/src/protocol/compare.ts";
import { make } from "../dom.ts";
import { labelled } from "../explorer/fields.ts";
import { figure, visible } from "../text.ts";
import { button } from "./controls.ts";

/** A slider reaches from minus to plus so many times what stands in the recipe, and at least this far. */
const reach = { times: 2, least: 1 };

export interface StrengthActions {
  /** In the order of all edits; null where the recipe's own holds. */
  moved(strengths: (number | null)[]): void;
  write(strengths: { recipe: number; index: number; strength: number }[]): void;
}

export interface Strengths {
  element: HTMLElement;
  /** Whether these are the edits that the sliders belong to. */
  fits(edits: readonly ComparedEdit[]): boolean;
  /** Says anew where the sliders stand. */
  update(): void;
  /**
   * Puts the focus on a slider.
   * @param index the place of its edit in the first recipe; null: the first slider
   * @returns whether there is such a slider
   */
  focus(index: number | null): boolean;
}

const keyOf = (edits: readonly ComparedEdit[]) =>
  JSON.stringify(
    edits.map(({ recipe, index, written, operation, enabled }) => [
      recipe,
      index,
      written,
      operation,
      enabled,
    ]),
  );

/** A slider an edit; moving one writes the steered side anew at once. */
export function strengthSliders(
  edits: readonly ComparedEdit[],
  { moved, write }: StrengthActions,
): Strengths {
  const values = edits.map(({ strength }) => strength);
  const key = keyOf(edits);
  const changed = () =>
    edits.flatMap((edit, i) => (values[i] !== edit.written ? [{ edit, strength: values[i] }] : []));
  const save = button("Write to recipe", () =>
    write(
      changed().flatMap(({ edit: { recipe, index }, strength }) =>
        strength === null ? [] : [{ recipe, index, strength }],
      ),
    ),
  );
  const outputs: HTMLElement[] = [];
  const inputs: { edit: ComparedEdit; input: HTMLElement }[] = [];
  const refresh = () => {
    save.disabled = changed().length === 0;
    values.forEach((value, i) => {
      outputs[i].textContent =
        value === null
          ? ""
          : `${figure(value)}${value === edits[i].written ? "" : ` (recipe: ${figure(edits[i].written!)})`}`;
    });
  };
  const rows = edits.map((edit, i) => {
    const { words, enabled, written } = edit;
    const output = make("output", { class: "value" });
    outputs.push(output);
    const said = make(
      "p",
      { class: "words" },
      make("bdi", {}, `${enabled ? "" : "(switched off) "}${visible(words, 400)}`),
    );
    if (written === null || !enabled) return make("li", {}, said, output);
    const most = Math.max(reach.least, reach.times * Math.abs(written));
    const input = make("input", {
      ...{ type: "range", min: String(-most), max: String(most), step: String(most / 100) },
      value: String(values[i]),
    }) as HTMLInputElement;
    input.value = String(values[i]);
    inputs.push({ edit, input });
    input.addEventListener("input", () => {
      values[i] = Number(Number(input.value).toPrecision(4));
      refresh();
      moved(values.map((value, n) => (value === edits[n].written ? null : value)));
    });
    const field = labelled(`Strength of edit ${i + 1}`, input);
    return make("li", {}, said, field, output);
  });
  refresh();
  return {
    element: make("section", {}, make("h2", {}, "Edits"), make("ol", { class: "edits" }, ...rows), save),
    fits: (others) => keyOf(others) === key,
    update: refresh,
    focus(index) {
      const isMeant = ({ edit }: { edit: ComparedEdit }) => edit.recipe === 0 && edit.index === index;
      const found = index === null ? inputs[0] : inputs.find(isMeant);
      found?.input.focus();
      return found !== undefined;
    },
  };
}
