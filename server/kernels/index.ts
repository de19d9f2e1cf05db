import { waitWhile } from "./barrier";
import { go, sleeping, threads } from "./layout";
import { run } from "./pass";

/** Looks before a helper sleeps: about as long as lies between two tokens. */
const looks = 1_000_000;

/** Does the pass that the host described, together with the helpers, and returns when it is done. */
export function pass(): void {
  if (load<i32>(threads) > 1) {
    atomic.add<i32>(go, 1);
    if (atomic.load<i32>(sleeping) > 0) atomic.notify(go, -1);
  }
  run(0);
}

/** A helper's life: does its share of every pass until there is none. Runs in a thread of its own. */
export function help(thread: i32): void {
  let last = 0;
  for (;;) {
    waitWhile(go, last, looks, -1);
    last = atomic.load<i32>(go);
    if (last < 0) return;
    run(thread);
  }
}

/** Sends the helpers home. */
export function end(): void {
  atomic.store<i32>(go, -1);
  atomic.notify(go, -1);
}

/** First address behind what the kernels keep for themselves. */
export function heapBase(): usize {
  return __heap_base;
}
