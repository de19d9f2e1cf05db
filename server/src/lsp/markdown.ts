/** Text of a model or a stranger's file as it can be shown: line breaks and what would turn the line around made visible. */
export function visible(text: string): string {
  return text
    .replace(/\r?\n/g, "⏎")
    .replace(/\t/g, "⇥")
    .replace(
      /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu,
      (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
    );
}

/** A text as inline code that shows every character, in quotes. */
export function shown(text: string): string {
  const inside = visible(text);
  let fence = "`";
  while (inside.includes(fence)) fence += "`";
  return `${fence}"${inside}"${fence}`;
}

/** Plain text inside a line of Markdown; underscores within words mean nothing there and stay as they are. */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*[\]<>~&|]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/\s+/g, " ");
}

/** A bar of eight cells; anything above nothing shows at least one, anything above full shows full. */
export function bar(share: number): string {
  const cells = 8;
  const full = share <= 0 ? 0 : Math.min(cells, Math.max(1, Math.round(share * cells)));
  return `\`${"▰".repeat(full)}${"▱".repeat(cells - full)}\``;
}

export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** Three significant digits, without an exponent for everyday sizes. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Surprisal: what is almost certain is told apart from what is certain, and no further. */
export function inBits(value: number): string {
  return value > 0 && value < 0.01 ? "< 0.01" : figure(value);
}

/** A text that another sentence can follow. */
export function sentence(text: string): string {
  return /[.!?…:]["”)]?$/.test(text) ? text : `${text}.`;
}
