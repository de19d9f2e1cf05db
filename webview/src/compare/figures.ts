import type { CompareAnswer, MovedLatent } from "../../../server/src/protocol/compare.ts";
import { make } from "../dom.ts";
import { figure, percent, visible } from "../text.ts";
import { klStrip } from "./kl-strip.ts";
import { estimateText, section, table } from "./parts.ts";
import { ranked } from "./ranked.ts";

type OpenFeature = (sae: string, feature: number) => void;

/** The verdict, and the figures that it follows from. */
export function figures(answer: CompareAnswer, open: OpenFeature): HTMLElement[] {
  const { verdict, divergence, named, moved, conventions } = answer;
  return [
    section(
      "Verdict",
      make("p", { class: `verdict ${verdict.kind}` }, `${verdict.title}.`),
      ...verdict.sentences.map((it) => make("p", {}, it)),
    ),
    section("Figures", measures(answer)),
    ...ranked(answer),
    section(
      "Divergence, token by token",
      make(
        "p",
        { class: "note" },
        `KL(steered ‖ base) on the ${divergence.of}: ${divergence.mean === null ? "nothing was written" : `${figure(divergence.mean)} nats a token on average`}.`,
      ),
      ...(divergence.tokens.length > 0 ? [klStrip(divergence.tokens)] : []),
    ),
    ...(named.length > 0 ? [section("Latents that the recipe names", latents(named, open))] : []),
    section(
      "Latents that moved most",
      make("p", { class: "note" }, "Mean activation on the base texts, read by each model."),
      moved.length > 0 ? latents(moved, open) : make("p", {}, "None moved."),
    ),
    make(
      "details",
      {},
      make("summary", {}, "Conventions"),
      make("ul", {}, ...conventions.map((it) => make("li", {}, it))),
    ),
  ];
}

function measures({ behaviour, perplexity, repetition }: CompareAnswer): HTMLElement {
  const value = (of: number | null, write: (it: number) => string) => (of === null ? "–" : write(of));
  const rows: [string, string, string][] = [
    ["Perplexity under the base model", value(perplexity.base, figure), value(perplexity.steered, figure)],
    ["Three tokens in a row repeat", value(repetition.base, percent), value(repetition.steered, percent)],
  ];
  if (behaviour)
    rows.unshift([
      behaviour.scorer,
      estimateText(behaviour.base, behaviour.kind),
      estimateText(behaviour.steered, behaviour.kind),
    ]);
  return table(
    ["Measure", "Base", "Steered"],
    rows.map(([name, ...cells]) => [visible(name), ...cells]),
  );
}

function latents(rows: readonly MovedLatent[], open: OpenFeature): HTMLElement {
  return table(
    ["Latent", "Label", "Base", "Steered", "Of its maximum"],
    rows.map(({ sae, latent, label, base, steered, share }) => {
      const link = make("button", { type: "button", class: "link" }, `${visible(sae)}/${latent}`);
      link.addEventListener("click", () => open(sae, latent));
      const moved = share === null ? "–" : `${share > 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;
      return [link, make("bdi", {}, visible(label ?? "")), figure(base), figure(steered), moved];
    }),
  );
}
