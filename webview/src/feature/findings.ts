import type {
  FeatureExample,
  FeatureResult,
  FeatureStatistics,
  FeatureWeights,
} from "../../../server/src/protocol/feature.ts";
import { make } from "../dom.ts";
import { figure, percent } from "../text.ts";
import { bidi } from "./header.ts";
import { bars, histogram, tokenName } from "./plots.ts";
import { strip } from "./strip.ts";
import { exampleName, exampleTokens, fullShade } from "./view.ts";

/** Opens another latent of the SAE. */
type Open = (feature: number) => void;

/** What a scan and the weights found, one section each; nothing for what is not known. */
export function findings(answer: FeatureResult, open: Open): HTMLElement[] {
  const { statistics, weights } = answer;
  const full = fullShade(answer);
  return [
    ...(statistics ? [activations(statistics), examples(statistics, full)] : []),
    ...(weights ? logits(weights) : []),
    ...(weights && weights.neighbours.length > 0 ? [neighbours(weights, open)] : []),
    ...(statistics && statistics.firesWith.length > 0 ? [firesWith(statistics, open)] : []),
  ];
}

function activations({ histogram: data, tokensFired, outside }: FeatureStatistics): HTMLElement {
  const rows = tokensFired.map(({ id, text, share }) => ({
    name: tokenName(text),
    value: share * 100,
    title: `token ${id}`,
  }));
  const left =
    outside > 0
      ? [
          make(
            "p",
            { class: "note" },
            `${outside.toLocaleString("en")} tokens that the SAE was not made for are left out.`,
          ),
        ]
      : [];
  const tokens = make(
    "div",
    {},
    make("h3", {}, "Tokens it fires on, % of its firings"),
    bars(rows, 100, "raised"),
  );
  return section(
    "Activations",
    make(
      "div",
      { class: "columns" },
      make("div", {}, histogram(data), ...left),
      ...(rows.length > 0 ? [tokens] : []),
    ),
  );
}

function examples({ top, bands, corpus }: FeatureStatistics, full: number): HTMLElement {
  return section(
    `Examples from ${corpus}`,
    group("Strongest", top, full, true),
    ...bands
      .filter((band) => band.examples.length > 0)
      .map(({ from, to, examples }) =>
        group(`Activations from ${figure(from)} to ${figure(to)}`, examples, full, false),
      ),
  );
}

/** Rows of a group are made when it is opened first: most bands never are. */
function group(title: string, rows: FeatureExample[], full: number, open: boolean): HTMLElement {
  const list = make("ol", { class: "examples" });
  const fill = () => {
    if (list.childElementCount > 0) return;
    list.append(
      ...rows.map((row, i) =>
        make(
          "li",
          {},
          strip(exampleTokens(row, full), exampleName(row, `${title}, example ${i + 1}`)),
          make("small", {}, bidi(row.source)),
        ),
      ),
    );
  };
  const details = make(
    "details",
    open ? { open: "" } : {},
    make("summary", {}, `${title} (${rows.length})`),
    list,
  );
  if (open) fill();
  else details.addEventListener("toggle", fill, { once: true });
  return details;
}

function logits({ raises, lowers, convention, norm, strength }: FeatureWeights): HTMLElement[] {
  const largest = Math.max(...[...raises, ...lowers].map(({ logit }) => Math.abs(logit)), Number.MIN_VALUE);
  const column = (title: string, tokens: FeatureWeights["raises"], kind: "raised" | "lowered") =>
    make(
      "div",
      {},
      make("h3", {}, title),
      bars(
        tokens.map(({ id, text, logit }) => ({ name: tokenName(text), value: logit, title: `token ${id}` })),
        largest,
        kind,
      ),
    );
  const size = `Norm of its decoder row ${norm.toFixed(2)}`;
  const against =
    strength === null
      ? ""
      : `; an activation of 1 is ${percent(strength)} of the residual stream's median norm`;
  return [
    section(
      "Next tokens",
      make(
        "div",
        { class: "columns" },
        column("Raised most", raises, "raised"),
        column("Lowered most", lowers, "lowered"),
      ),
      make("p", { class: "note" }, `${convention} ${size}${against}.`),
    ),
  ];
}

function neighbours({ neighbours: rows }: FeatureWeights, open: Open): HTMLElement {
  const largest = Math.max(...rows.map(({ cosine }) => Math.abs(cosine)), Number.MIN_VALUE);
  const named = rows.map(({ feature, cosine, label }) => ({
    name: featureLink(feature, label, open),
    value: cosine,
  }));
  return section("Nearest decoder directions (cosine)", bars(named, largest, "raised"));
}

function firesWith({ firesWith: rows }: FeatureStatistics, open: Open): HTMLElement {
  const named = rows.map(({ feature, share, jaccard, label }) => ({
    name: featureLink(feature, label, open),
    value: share * 100,
    title: `Jaccard index ${jaccard.toFixed(2)}`,
  }));
  return section("Fires together with, % of its firings", bars(named, 100, "raised"));
}

function featureLink(feature: number, label: string | null, open: Open): HTMLElement {
  const link = make("button", { class: "link" }, `${feature} · `, label === null ? "no label" : bidi(label));
  link.addEventListener("click", () => open(feature));
  return link;
}

export function section(title: string, ...children: (Node | string)[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}
