import { generation, taken, threads } from "./layout";

/** Pieces of the part of one of several threads. */
const most = 8;

/**
 * Takes a piece of a stretch of work: every thread begins with a part of its own and goes on with what others have left, so
 * that none waits for one that was held up. Pieces grow smaller towards the end of a part.
 * @param units of work in all; a barrier is to follow before there is other work
 * @returns the first unit and in the upper half the one behind the last; 0 where there is no more
 */
export function take(units: i32, thread: i32): i64 {
  const all = load<i32>(threads);
  const pieces = all === 1 ? 1 : most;
  const counters = taken + ((<usize>atomic.load<i32>(generation) & 1) << 6);
  for (let i = 0; i < all; i++) {
    const owner = thread + i < all ? thread + i : thread + i - all;
    const counter = counters + ((<usize>owner) << 7);
    // Asked first, so that it does not grow without end.
    while (atomic.load<i32>(counter) < pieces) {
      const piece = atomic.add<i32>(counter, 1);
      if (piece >= pieces) break;
      const first = share(units, owner, all);
      const length = share(units, owner + 1, all) - first;
      const from = first + edge(length, piece, pieces);
      const to = first + edge(length, piece + 1, pieces);
      if (to > from) return ((<i64>to) << 32) | <i64>from;
    }
  }
  return 0;
}

/** The first of a thread's units; the next thread's first is where they end. */
function share(units: i32, thread: i32, all: i32): i32 {
  return <i32>((<i64>units * thread) / all);
}

/** Where a piece of a part begins. */
function edge(length: i32, piece: i32, pieces: i32): i32 {
  const left = pieces - piece;
  return length - <i32>((<i64>length * (left * left)) / (pieces * pieces));
}

/** Makes the counter of a thread ready for what follows the next barrier: nobody reads that one now. */
export function renew(thread: i32, generation: i32): void {
  atomic.store<i32>(taken + ((<usize>thread) << 7) + ((<usize>(generation + 1) & 1) << 6), 0);
}
