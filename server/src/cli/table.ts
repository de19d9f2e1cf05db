import { styleText } from "node:util";
import { bitsOf } from "../analysis/surprisal.ts";
import type { InspectFeature, InspectGuess, InspectResult, InspectToken } from "../protocol/inspect.ts";
import { columns, quoted } from "./columns.ts";

/** What was analysed, with what, and under which conventions. */
export function header({ file, model, saes }: Pick<InspectResult, "file" | "model" | "saes">): string {
  const lines = [
    `${styleText("bold", file)} · ${model.id} (${model.family}, ${model.layers} layers of ${model.dModel}, ${model.dtype} computed in ${model.computeDtype} on ${model.device})`,
  ];
  for (const sae of saes) {
    const { l0, fvu, declaredL0, verdict } = sae.check;
    const check = [
      l0 === null ? "" : `L0 ${l0.toFixed(1)}${declaredL0 === null ? "" : ` of ${declaredL0} declared`}`,
      fvu === null ? "" : `FVU ${fvu.toFixed(2)}`,
      verdict === "unknown" ? "not checked" : verdict,
    ].filter((it) => it !== "");
    lines.push(`${sae.id} · ${sae.hook} · ${sae.architecture}, ${sae.width} latents · ${check.join(", ")}`);
    for (const convention of sae.conventions) lines.push(styleText("dim", `  ${convention}`));
  }
  return lines.join("\n");
}

/** One row a token: where it stands, how unexpected it was, its features. */
export function table(result: InspectResult): string {
  if (result.tokens.length === 0) return "The prompt has no tokens.";
  const many = result.saes.length > 1;
  const rows = result.tokens.map((token) => [
    place(token),
    quoted(token.text),
    token.logprob === null ? "" : bitsOf(token.logprob).toFixed(1),
    interpretable(token)
      .map((it) => {
        const name = many ? `${result.saes[it.sae].id}/${it.feature}` : `${it.feature}`;
        return `${name}${it.label === null ? "" : ` ${it.label}`}: ${share(it) ?? it.activation.toFixed(2)}`;
      })
      .join(" · "),
  ]);
  const heading = "features, by share of their known maximum (activation where none is known)";
  const [first, ...rest] = columns([["at", "token", "bits", heading], ...rows]);
  const shown = rest.map((line, i) => (result.tokens[i].virtual ? styleText("dim", line) : line));
  return [styleText("bold", first), ...shown].join("\n");
}

/** One token in full, as a hover shows it: what was expected there, a row a feature, what comes next. */
export function tokenDetail(result: InspectResult, token: InspectToken): string {
  const lines = [tokenHead(token)];
  const features = interpretable(token);
  if (token.expected?.length) lines.push(`Expected here: ${guessList(token.expected)}`);
  result.saes.forEach((sae, s) => {
    const shown = features.filter((it) => it.sae === s).length;
    const what = token.outside[s]
      ? "none shown: it was not made for this token (a special one, or a massive activation)"
      : `${shown} shown`;
    lines.push(`${sae.id}: ${token.l0[s]} active, ${what}, FVU ${token.fvu[s].toFixed(3)}`);
  });
  if (features.length > 0) {
    const rows = features.map((it) => [
      result.saes[it.sae].id,
      String(it.feature),
      share(it) ?? "–",
      it.activation.toFixed(3),
      it.label ?? "",
    ]);
    lines.push(...columns([["SAE", "latent", "of maximum", "activation", "label"], ...rows]));
  }
  if (token.next?.length) lines.push(`Next: ${guessList(token.next)}`);
  return lines.join("\n");
}

/** Where a token stands, which one it is, and how unexpected it was. */
export function tokenHead(token: InspectToken): string {
  const head = [
    `${place(token)} ${styleText("bold", quoted(token.text))}`,
    `token ${token.i}, id ${token.id}`,
  ];
  if (token.role !== null) head.push(token.role);
  head.push(
    token.logprob === null
      ? "the first token, which nothing predicts"
      : `surprisal ${bitsOf(token.logprob).toFixed(2)} bits`,
  );
  return head.join(" · ");
}

/** What the model expects after the prompt; null where there is no prompt. */
export function nextLine({ next }: InspectResult): string | null {
  return next.length === 0 ? null : `Next: ${guessList(next)}`;
}

function guessList(guesses: InspectGuess[]): string {
  return guesses
    .map(({ text, logprob }) => `${quoted(text)} ${(100 * Math.exp(logprob)).toFixed(1)} %`)
    .join(", ");
}

/** Features of the SAEs that were made for a token like this; those of others mean nothing. */
function interpretable({ features, outside }: InspectToken): InspectFeature[] {
  return features.filter((it) => !outside[it.sae]);
}

function share(feature: InspectFeature): string | null {
  return feature.share === null ? null : `${Math.round(100 * feature.share)} %`;
}

/** Line and column from 1; a dash for a virtual token. */
export function place({ range }: InspectToken): string {
  return range ? `${range.start.line + 1}:${range.start.character + 1}` : "–";
}
