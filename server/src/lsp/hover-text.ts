import { type DocumentAnalysis, roleOf, textOf } from "../analysis/document.ts";
import type { OwnLabels } from "../analysis/explore/catalogue.ts";
import { type ActiveFeature, type Ranking, rankedFeatures } from "../analysis/features.ts";
import { nextTokens, surprisal } from "../analysis/surprisal.ts";
import type { FeatureTarget } from "../protocol/requests.ts";
import { bar, escaped, figure, inBits, percent, shown } from "./markdown.ts";

/** A hover may be this long, whatever the settings. */
export const MOST_LINES = 20;
const MOST_GUESSES = 3;
const MOST_NEXT = 5;

export interface HoverStyle {
  ranking: Ranking;
  /** Set where the client lets hovers run commands: the document's URI, for links to a feature’s panel and to where it fires. */
  linkTo: string | null;
  /** The user's labels, which count over those that came with the SAEs. */
  own?: OwnLabels;
  /** What probes say here, a line of Markdown each. */
  probes?: string[];
}

/** The Markdown of a hover: the first of the tokens that share the range in full, the others named. */
export function hoverText(document: DocumentAnalysis, tokens: number[], style: HoverStyle): string {
  const [token] = tokens;
  const above = [headline(document, token), ...surprisalLine(document, token)];
  if (tokens.length > 1) {
    const all = tokens.slice(0, 8).map((it) => shown(textOf(document, document.analysis.ids[it])));
    above.push(
      `First of ${tokens.length} tokens that stand here: ${all.join(" ")}${tokens.length > 8 ? " …" : ""}`,
    );
  }
  above.push(...(style.probes ?? []));
  const below = [...reconstructionLines(document, token), nextLine(document, token), modelLine(document)];
  // One line is kept for how many features were left out.
  const room = MOST_LINES - above.length - below.length - 1;
  const lines = [...above, ...featureLines(document, token, style, room), ...below];
  // Two spaces at the end of a line: a line break in Markdown.
  return lines.join("  \n");
}

function headline(document: DocumentAnalysis, token: number): string {
  const id = document.analysis.ids[token];
  const role = roleOf(document, token);
  const parts = [`**${shown(textOf(document, id))}**`, `token ${token}`, `id ${id}`];
  if (role) parts.push(escaped(role));
  if (document.analysis.spans.shared[token]) parts.push("part of a character");
  return parts.join(" · ");
}

function surprisalLine(document: DocumentAnalysis, token: number): string[] {
  const found = surprisal(document, token);
  if (!found) return ["First token: nothing predicts it"];
  const guesses = found.instead
    .slice(0, MOST_GUESSES)
    .map((guess) => `${shown(guess.text)} ${percent(Math.exp(guess.logprob))}`);
  const rank = found.rank === 1 ? "the most expected token" : `expected instead ${guesses.join(", ")}`;
  return [`Surprisal ${inBits(found.bits)} bits · ${rank}`];
}

function featureLines(document: DocumentAnalysis, token: number, style: HoverStyle, room: number): string[] {
  const saes = document.description.saes;
  if (saes.length === 0)
    return ["No SAE is set: name one in the setting `steerscope.saes` or in the front matter"];
  const share = Math.max(1, Math.floor(room / saes.length));
  let hidden = 0;
  const lines: string[] = [];
  for (let s = 0; s < saes.length && lines.length < room; s++) {
    const { outside, l0 } = document.analysis.saes[s];
    if (outside[token]) {
      lines.push(outsideLine(saes[s].id, l0[token]));
      continue;
    }
    const ranked = rankedFeatures(document, s, token, style.ranking, style.own);
    hidden += ranked.hidden;
    const own = ranked.features.slice(0, share);
    lines.push(...own.map((feature) => featureLine(document, feature, style.linkTo)));
    if (own.length === 0) lines.push(`${escaped(saes[s].id)} · no feature to show`);
  }
  if (hidden > 0) {
    const limit = percent(style.ranking.hideAboveFrequency);
    lines.push(`${hidden} left out that fire on more than ${limit} of tokens`);
  }
  return lines;
}

/** Activations there are no measure of anything: on a first token they are hundreds of times the usual. */
function outsideLine(sae: string, active: number): string {
  return `⚠ ${escaped(sae)} was not made for this token (special, or a massive activation): ${active} active features not shown`;
}

function featureLine(document: DocumentAnalysis, it: ActiveFeature, linkTo: string | null): string {
  const sae = document.description.saes[it.sae].id;
  const label = it.label === null ? "no label" : escaped(it.label);
  const scale = `${percent(it.relative)} of ${it.scale.from === "known maximum" ? "its known maximum" : "its strongest in this file"}`;
  const title = `Show where feature ${it.feature} fires in this file`;
  const argument = linkTo && linkArgument({ uri: linkTo, sae, feature: it.feature });
  const links = argument
    ? ` [open](command:steerscope.showFeature?${argument} "Open feature ${it.feature}") | [where?](command:steerscope.showWhereFires?${argument} "${title}") | [steer](command:steerscope.steerFeature?${argument} "Steer with feature ${it.feature}")`
    : "";
  return `${bar(it.relative)} ${escaped(sae)} · ${it.feature} · ${label} · ${figure(it.activation)} *(${scale})*${links}`;
}

function linkArgument(target: FeatureTarget): string {
  // encodeURIComponent leaves parentheses, which would end a Markdown link.
  return encodeURIComponent(JSON.stringify([target])).replace(
    /[()']/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
}

function reconstructionLines(document: DocumentAnalysis, token: number): string[] {
  const most = 3;
  return document.analysis.saes.slice(0, most).map((sae, s) => {
    const { id, hook } = document.description.saes[s];
    return `Reconstruction ${escaped(id)} at ${escaped(hook)}: ${sae.l0[token]} active, FVU ${figure(sae.fvu[token])}`;
  });
}

function nextLine(document: DocumentAnalysis, token: number): string {
  const next = nextTokens(document, token).slice(0, MOST_NEXT);
  return `Next ${next.map((guess) => `${shown(guess.text)} ${percent(Math.exp(guess.logprob))}`).join(", ")}`;
}

/** What every number above was worked out with. */
function modelLine({ description: { model } }: DocumentAnalysis): string {
  const { dtype, computeDtype } = model;
  const types = dtype === computeDtype ? dtype : `${dtype} computed in ${computeDtype}`;
  return [model.id, model.device, types].map(escaped).join(" · ");
}
