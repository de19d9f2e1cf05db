import type { RankingChoices } from "../../../server/src/protocol/compare-panel.ts";
import type { RerankWish } from "../../../server/src/protocol/rerank.ts";
import { make } from "../dom.ts";
import { labelled, select } from "../explorer/fields.ts";
import { visible } from "../text.ts";

export interface RankingFields {
  elements: HTMLElement[];
  /** Which probes can be chosen. */
  offer(choices: RankingChoices): void;
}

const usualBeta = 1;

/** Which probe ranks the samples, and how sharply; the latter only where one does. @param changed undefined: none ranks them */
export function rankingFields(
  wish: RerankWish | undefined,
  changed: (rerank: RerankWish | undefined) => void,
): RankingFields {
  let beta = wish?.beta ?? usualBeta;
  const input = make("input", { type: "number", min: "0", step: "0.1" }) as HTMLInputElement;
  input.value = String(beta);
  const sharpness = labelled("β (0: the best)", input);
  const choice = select("Ranked by", [["", "no probe"]], (probe) => {
    sharpness.hidden = probe === "";
    changed(probe === "" ? undefined : { probe, beta });
  });
  choice.set(wish?.probe ?? "");
  sharpness.hidden = choice.input.value === "";
  input.addEventListener("change", () => {
    const value = Number(input.value);
    if (input.value.trim() !== "" && Number.isFinite(value)) beta = Math.max(0, value);
    input.value = String(beta);
    changed({ probe: choice.input.value, beta });
  });
  return {
    elements: [choice.element, sharpness],
    offer: ({ probes, problem }) => {
      const none = problem ?? (probes.length === 0 ? "no probe: none here is trained for it" : "no probe");
      choice.setChoices([
        ["", none],
        ...probes.map(({ file, name }): [string, string] => [file, visible(name)]),
      ]);
    },
  };
}
