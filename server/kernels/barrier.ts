import { arrived, generation, sleeping, threads } from "./layout";

/** Looks before a thread lays itself to sleep: some ten microseconds, more than the others are usually behind. */
const patience = 4000;

/** Returns when all threads have come here. */
export function barrier(): void {
  const all = load<i32>(threads);
  if (all === 1) return;
  const now = atomic.load<i32>(generation);
  if (atomic.add<i32>(arrived, 1) === all - 1) {
    atomic.store<i32>(arrived, 0);
    atomic.add<i32>(generation, 1);
    if (atomic.load<i32>(sleeping) > 0) atomic.notify(generation, -1);
    return;
  }
  waitWhile(generation, now, patience);
}

/** Returns when the word at an address is no longer `old`: looks some times, then sleeps until it is woken. */
export function waitWhile(word: usize, old: i32, looks: i32): void {
  for (let i = 0; i < looks; i++) if (atomic.load<i32>(word) !== old) return;
  atomic.add<i32>(sleeping, 1);
  while (atomic.load<i32>(word) === old) atomic.wait<i32>(word, old, -1);
  atomic.sub<i32>(sleeping, 1);
}
