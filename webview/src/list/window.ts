/** Rows that exist at most, however long the list and however tall the screen. */
export const MOST_NODES = 60;

/** Rows drawn above and below what is seen, so that a small step shows no gap. */
const around = 4;

export interface View {
  /** Pixels. */
  scrollTop: number;
  height: number;
  rowHeight: number;
}

/** Which rows have to exist: from the first, up to before the second; at most {@link MOST_NODES}. */
export function rowsToDraw({ scrollTop, height, rowHeight }: View, count: number): [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const seen = Math.ceil(height / rowHeight) + 1;
  const from = Math.max(0, Math.min(first, count - 1));
  return [from, Math.min(count, from + Math.min(MOST_NODES, seen + 2 * around))];
}

/** Where the view has to be scrolled to for a row to be whole in it; `covered` pixels at its top are a head's. */
export function scrolledTo(row: number, { scrollTop, height, rowHeight }: View, covered: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - (height - covered));
}

/** The row that a key leads to from another; null for keys that lead nowhere. */
export function rowAfterKey(key: string, row: number, count: number, page: number): number | null {
  const moves: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: count - 1,
  };
  if (!(key in moves) || count === 0) return null;
  return Math.min(count - 1, Math.max(0, moves[key]));
}
