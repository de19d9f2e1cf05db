import type { LensCell, LensToken, TokensAnswer } from "../../../server/src/protocol/lens.ts";
import type { TokensPanelState } from "../../../server/src/protocol/panel.ts";
import { percent, visible } from "../text.ts";
import { cellShade, cellTitle, featureRows, isOutside, layerOf, type Scales, tokenText } from "./view.ts";

/** What is known of one token. */
export interface TokenData {
  token: LensToken;
  /** One a layer; undefined while they are read. */
  layers: LensCell[] | undefined;
  /** Text of the token behind it, where that is known. */
  following: string | undefined;
}

/** What a cell shows. */
export interface CellView {
  text: string;
  title: string;
  /** 0 to 1. */
  shade: number;
  /** What the shade means, for its colour. */
  tone: "guess" | "next" | "feature";
  /** The best guess is what really comes next. */
  hit: boolean;
}

/** A column right of the tokens: a layer, or an SAE. */
export interface Column {
  name: string;
  title: string;
  view(data: TokenData): CellView;
}

/** A column that shows what a layer predicts, or its SAE's strongest feature. */
export function columnsOf(
  { model, saes }: Pick<TokensAnswer, "model" | "saes">,
  { cells, shade }: Pick<TokensPanelState, "cells" | "shade">,
  scales: Scales,
): Column[] {
  if (cells === "features") return saes.map((_, sae) => featureColumn(saes, sae, scales));
  return Array.from({ length: model.layers }, (_, layer) => layerColumn(layer, shade));
}

function layerColumn(layer: number, shade: TokensPanelState["shade"]): Column {
  return {
    name: `Layer ${layer}`,
    title: `What the residual stream behind layer ${layer} predicts`,
    view: ({ layers, following }) => {
      const cell = layers?.[layer];
      if (!cell) return { ...empty, text: "…", title: `layer ${layer} is being read`, tone: shade };
      return {
        text: cell.guesses.length > 0 ? tokenText(cell.guesses[0].text) : "",
        title: cellTitle(cell, layer, following),
        shade: cellShade(cell, shade),
        tone: shade,
        hit: cell.next?.rank === 1,
      };
    },
  };
}

function featureColumn(saes: TokensAnswer["saes"], sae: number, scales: Scales): Column {
  const { id, hook } = saes[sae];
  const layer = layerOf(hook);
  return {
    name: layer === null ? visible(id, 40) : `${layer} · ${visible(id, 40)}`,
    title: `Strongest feature of ${visible(id)} at ${hook}`,
    view: ({ token }) => {
      if (token.outside[sae]) return { ...empty, title: `${visible(id)} was not made for this token` };
      const own = { ...token, features: token.features.filter((it) => it.sae === sae) };
      const [best] = featureRows(own, saes, scales);
      if (!best) return { ...empty, title: `no feature of ${visible(id)} to show` };
      return {
        text: visible(`${best.feature} ${best.label}`, 120),
        title: `feature ${best.feature} of ${visible(id)}, ${best.label}: ${best.activation}, ${best.scale}`,
        shade: best.share,
        tone: "feature",
        hit: false,
      };
    },
  };
}

const empty: CellView = { text: "", title: "", shade: 0, tone: "feature", hit: false };

/** The token itself, and how unexpected it was. */
export const leading: Column[] = [
  {
    name: "Token",
    title: "The tokens as the model reads them; what the chat template adds is in italics",
    view: ({ token }) => ({
      ...empty,
      text: tokenText(token.text),
      title: [
        `token ${token.i}, ${visible(token.text)}`,
        token.role,
        token.virtual ? "added by the template" : null,
        isOutside(token) ? "no SAE was made for it" : null,
      ]
        .filter((it) => it !== null)
        .join(", "),
    }),
  },
  {
    name: "Bits",
    title: "Surprisal: −log₂ of the probability the model gave the token",
    view: ({ token: { surprisal } }) => ({
      ...empty,
      text: surprisal ? surprisal.bits.toFixed(1) : "–",
      title: surprisal
        ? `surprisal ${surprisal.bits.toFixed(2)} bits, ${surprisal.nats.toFixed(2)} nats, probability ${percent(Math.exp(-surprisal.nats))}`
        : "the first token: nothing predicts it",
      shade: surprisal ? Math.min(1, surprisal.bits / 16) : 0,
      tone: "next",
    }),
  },
];
