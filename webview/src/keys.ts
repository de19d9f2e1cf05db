/** The token that a key leads to from another, or null for keys that lead nowhere. */
export function tokenAfterKey(key: string, token: number, count: number): number | null {
  const moves: Record<string, number> = {
    ArrowRight: token + 1,
    ArrowDown: token + 1,
    ArrowLeft: token - 1,
    ArrowUp: token - 1,
    Home: 0,
    End: count - 1,
  };
  return key in moves ? Math.min(count - 1, Math.max(0, moves[key])) : null;
}
