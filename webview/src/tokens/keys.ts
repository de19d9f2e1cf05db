/** A cell of a grid. */
export interface Place {
  row: number;
  column: number;
}

/**
 * The cell that a key leads to within a row, or with Ctrl to the ends of the grid; null for keys that lead nowhere here.
 * @param size number of rows, and the last column
 */
export function columnAfterKey(
  { key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
  { row, column }: Place,
  { rows, last }: { rows: number; last: number },
): Place | null {
  if (altKey || rows === 0) return null;
  if (ctrlKey || metaKey) {
    if (key === "Home") return { row: 0, column: 0 };
    if (key === "End") return { row: rows - 1, column: last };
    return null;
  }
  const moves: Record<string, number> = {
    ArrowRight: column + 1,
    ArrowLeft: column - 1,
    Home: 0,
    End: last,
  };
  return key in moves ? { row, column: Math.min(last, Math.max(0, moves[key])) } : null;
}
