import type { RankedInspect } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import {
  type FeatureRow,
  featureRows,
  isOutside,
  outsideNotes,
  surprisalBits,
  surpriseShade,
} from "./view.ts";

/** Which model and SAEs the numbers come from, with their conventions. */
export function header({ model, saes }: RankedInspect): HTMLElement {
  const facts = `${model.family}, ${model.layers} layers, ${model.dtype} computed in ${model.computeDtype} on ${model.device}`;
  return make(
    "header",
    {},
    make("h1", {}, model.id),
    make("p", {}, facts),
    ...saes.map((sae) =>
      make(
        "details",
        {},
        make(
          "summary",
          {},
          `${sae.id} · ${sae.hook} · ${sae.architecture}, ${sae.width} latents `,
          make("vscode-tag", {}, sae.check.verdict),
        ),
        make("ul", {}, ...sae.conventions.map((line) => make("li", {}, line))),
      ),
    ),
  );
}

/** One token of the text, shaded by its surprisal; greyed where no SAE was made for it. */
export function tokenButton(answer: RankedInspect, i: number): HTMLElement {
  const token = answer.tokens[i];
  const bits = surprisalBits(token.logprob);
  const classes = ["token"];
  if (token.virtual) classes.push("virtual");
  if (isOutside(answer, i)) classes.push("outside");
  const item = make(
    "button",
    {
      class: classes.join(" "),
      role: "option",
      title: bits === null ? "first token" : `${bits.toFixed(1)} bits`,
    },
    token.text.replaceAll("\n", "⏎"),
  );
  item.style.setProperty("--shade", surpriseShade(token.logprob).toFixed(2));
  return item;
}

/** Opens the panel of a feature; whoever draws the table listens for it. */
function featureLink({ sae, feature, label }: FeatureRow): HTMLElement {
  const title = `Open feature ${feature}: ${label}`;
  const data = { "data-sae": sae, "data-feature": String(feature) };
  return make("button", { class: "link", title, ...data }, String(feature));
}

/** The features of one token. */
export function features(answer: RankedInspect, token: number): HTMLElement {
  const names = ["SAE", "Feature", "Label", "Activation"];
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)));
  const rows = featureRows(answer, token).map((row) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", row.share.toFixed(3));
    return make(
      "tr",
      {},
      make("td", {}, row.sae),
      make("td", {}, featureLink(row)),
      make("td", {}, row.label),
      make("td", {}, bar, `${row.activation} `, make("small", {}, row.scale)),
    );
  });
  return make(
    "section",
    { "aria-live": "polite" },
    make("h2", {}, `Features of “${answer.tokens[token]?.text ?? ""}”`),
    ...outsideNotes(answer, token).map((note) => make("p", { class: "note" }, note)),
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)),
  );
}
