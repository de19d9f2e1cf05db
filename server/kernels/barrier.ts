import { arrived, generation, patience, sleeping, threads } from "./layout";
import { renew } from "./work";

/**
 * Looks before a thread lays itself to sleep: some hundred microseconds. To be woken takes as long, and there are some hundred
 * barriers a token.
 */
const looks = 50_000;

/** What waiting returns where its time is over. */
const timedOut = 2;

/** Nanoseconds of a tenth of a second. */
const tenth: i64 = 100_000_000;

/** Returns when all threads have come here; traps where one does not come. */
export function barrier(thread: i32): void {
  const all = load<i32>(threads);
  const now = atomic.load<i32>(generation);
  renew(thread, now);
  if (atomic.add<i32>(arrived, 1) === all - 1) {
    atomic.store<i32>(arrived, 0);
    atomic.add<i32>(generation, 1);
    if (atomic.load<i32>(sleeping) > 0) atomic.notify(generation, -1);
    return;
  }
  waitWhile(generation, now, looks, load<i32>(patience));
}

/**
 * Returns when the word at an address is no longer `old`: looks some times, then sleeps until it is woken.
 * @param most tenths of a second after which it traps, each counted by itself since a process can be stopped; −1 for none
 */
export function waitWhile(word: usize, old: i32, looks: i32, most: i32): void {
  for (let i = 0; i < looks; i++) if (atomic.load<i32>(word) !== old) return;
  atomic.add<i32>(sleeping, 1);
  let slept = 0;
  while (atomic.load<i32>(word) === old)
    if (atomic.wait<i32>(word, old, most < 0 ? -1 : tenth) === timedOut && ++slept > most) unreachable();
  atomic.sub<i32>(sleeping, 1);
}
