/** As tall as a line of the user's font needs; all rows are equally tall. */
export function rowHeight(root: HTMLElement): number {
  const size = Number.parseFloat(getComputedStyle(root).fontSize);
  return Math.max(22, Math.round((Number.isFinite(size) ? size : 13) * 1.75));
}
