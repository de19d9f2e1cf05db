/** Writes rows of cells as columns; the last one is left as long as it is. */
export function columns(rows: string[][]): string[] {
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
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
}
