import type { EngineHost } from "../../server/src/host/engine-host.ts";
import type { Analysis } from "../../server/src/protocol/engine.ts";
import { newHost, sentence, smollm2 } from "./material.ts";
import { median, rounded, summary, times } from "./stats.ts";

export const lengths = [1, 64, 256, 500];

let run = 0;

/** One analysis under a key that nothing is known of: through the process border, tokenizer and places included. */
async function fresh(host: EngineHost, text: string): Promise<Analysis> {
  const key = `bench:${run++}`;
  const analysis = await host.analyse({ ...smollm2(), key, messages: [{ role: null, text }] });
  host.forget(key);
  return analysis;
}

/** The text whose tokens are the first `length` of the repeated sentence. */
async function textOf(host: EngineHost, length: number): Promise<string> {
  const long = sentence.repeat(60);
  const whole = await fresh(host, long);
  if (whole.ids.length < length)
    throw new Error(`the text has ${whole.ids.length} tokens, fewer than ${length}`);
  const text = long.slice(0, whole.spans.end[length - 1]);
  const { ids } = await fresh(host, text);
  if (ids.length !== length) throw new Error(`${ids.length} tokens instead of ${length}`);
  return text;
}

/** Times in ms of whole analyses of SmolLM2 with one 8k SAE, by number of tokens. */
export async function fullPasses(runs: number): Promise<Record<number, number[]>> {
  const host = newHost();
  try {
    const taken: Record<number, number[]> = {};
    for (const length of lengths) {
      const text = await textOf(host, length);
      taken[length] = await times(runs, () => fresh(host, text));
    }
    return taken;
  } finally {
    host.dispose();
  }
}

/** One word appended to a prompt of 500 tokens, beside the full passes of the same run. */
export async function appendedWord(runs: number): Promise<object> {
  const host = newHost();
  try {
    const text = await textOf(host, 500);
    const words = [" again", " today", " alone", " there"];
    const analyse = (longer: string) =>
      host.analyse({ ...smollm2(), key: "bench:append", messages: [{ role: null, text: longer }] });
    const full: number[] = [];
    const appended: number[] = [];
    for (let i = 0; i < runs; i++) {
      await analyse(text);
      let start = performance.now();
      const { reused } = await analyse(text + words[i % words.length]);
      appended.push(performance.now() - start);
      if (reused < 490) throw new Error(`only ${reused} tokens were reused`);
      start = performance.now();
      await fresh(host, text);
      full.push(performance.now() - start);
    }
    return {
      appendedMs: summary(appended),
      fullMs: summary(full),
      share: rounded(median(appended) / median(full)),
    };
  } finally {
    host.dispose();
  }
}
