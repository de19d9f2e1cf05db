import { styleText } from "node:util";
import { bitsOf } from "../analysis/surprisal.ts";
import type { InspectResult, InspectToken } from "../protocol/inspect.ts";

/** Writes rows of cells as columns; the last one is left as long as it is. */
function columns(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, width(cell))),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + " ".repeat(widths[i] - width(cell))))
      .join("  ")
      .trimEnd(),
  );
}

/** Columns a text takes in a terminal: East Asian wide characters and emoji take two, combining marks none. */
function width(text: string): number {
  let sum = 0;
  for (const c of text) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(c)) continue;
    sum +=
      /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
        c,
      )
        ? 2
        : 1;
  }
  return sum;
}

/** A token as one would write it in JSON, so that spaces, line breaks and controls can be seen. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
}

/** What was analysed, with what, and under which conventions. */
export function header({ file, model, saes }: InspectResult): string {
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
  const many = result.saes.length > 1;
  const rows = result.tokens.map((token) => [
    place(token),
    quoted(token.text),
    token.logprob === null ? "" : bitsOf(token.logprob).toFixed(1),
    token.features
      .map((it) => {
        const name = many ? `${result.saes[it.sae].id}/${it.feature}` : `${it.feature}`;
        return `${name}${it.label === null ? "" : ` ${it.label}`} ${it.activation.toFixed(2)}`;
      })
      .join(" · "),
  ]);
  const [first, ...rest] = columns([["at", "token", "bits", "features (activation)"], ...rows]);
  const shown = rest.map((line, i) => (result.tokens[i].virtual ? styleText("dim", line) : line));
  return [styleText("bold", first), ...shown].join("\n");
}

/** One token in full: a row a feature. */
export function tokenDetail(result: InspectResult, token: InspectToken): string {
  const bits = token.logprob === null ? "" : ` · surprisal ${bitsOf(token.logprob).toFixed(2)} bits`;
  const head = `${place(token)} ${styleText("bold", quoted(token.text))} · token ${token.i}, id ${token.id}${bits}`;
  const sums = result.saes.map(
    (sae, s) => `${sae.id}: ${token.l0[s]} active, FVU ${token.fvu[s].toFixed(3)}`,
  );
  const rows = token.features.map((it) => [
    result.saes[it.sae].id,
    String(it.feature),
    it.activation.toFixed(3),
    it.label ?? "",
  ]);
  return [head, ...sums, ...columns([["SAE", "latent", "activation", "label"], ...rows])].join("\n");
}

/** What the model expects after the prompt. */
export function nextLine({ next }: InspectResult): string {
  const guesses = next.map(
    ({ text, logprob }) => `${quoted(text)} ${(100 * Math.exp(logprob)).toFixed(1)} %`,
  );
  return `Next: ${guesses.join(", ")}`;
}

function place({ range }: InspectToken): string {
  return range ? `${range.start.line + 1}:${range.start.character + 1}` : "–";
}
