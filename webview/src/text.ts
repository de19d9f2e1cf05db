/** UTF-16 units of a text that are shown where nothing else is said. */
export const LONGEST_SHOWN = 200;

/** Text of a model or a stranger's file as it can be shown: line breaks and what would turn the line around made visible. */
export function visible(text: string, longest = LONGEST_SHOWN): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut
    .replace(/\r?\n/g, "⏎")
    .replace(/\t/g, "⇥")
    .replace(
      /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu,
      (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
    );
}

/** Three significant digits, without an exponent for everyday sizes. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
