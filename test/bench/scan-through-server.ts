import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { ScanAnswer } from "../../server/src/protocol/requests.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { User } from "../protocol/user.ts";
import { summary } from "./stats.ts";

const places = 40;

/**
 * Hovers of tinytown through the language server while it scans: over a text that is analysed, and right after an edit, whose
 * analysis takes turns with the scan's windows.
 */
export async function hoversDuringScan(count: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-bench-"));
  const user = await User.spawned({ settings: { saes: ["resid_post_3"], store: join(folder, "store") } });
  try {
    const texts = [...generate({ n: 4000, seed: 5, split: "train" })].map(({ text }) => text);
    const corpus = join(folder, "town.jsonl");
    writeFileSync(corpus, texts.map((text) => JSON.stringify({ text })).join("\n"));
    const uri = await user.open("story.txt", `${texts[0].slice(0, 400)} The end.`);
    await user.inspect(uri);
    const idle = await hovers(user, uri, count);

    const pause = new CancellationTokenSource();
    let running = true;
    let failure: Error | null = null;
    const scanning = (async () => {
      while (running)
        await user.ask<ScanAnswer>("steerscope/scan", { corpus: [corpus], replace: true }, pause.token);
    })().catch((error: Error) => {
      failure = running ? error : null;
    });
    const busy = await hovers(user, uri, count);
    const edited: number[] = [];
    for (let i = 0; i < count / 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await user.edit(uri, i % 2 ? "The stop." : "The end.", i % 2 ? "The end." : "The stop.");
      const start = performance.now();
      await user.inspect(uri, { topK: 1 });
      edited.push(performance.now() - start);
    }
    running = false;
    pause.cancel();
    await scanning;
    if (failure) throw failure;
    return { idleMs: summary(idle), duringScanMs: summary(busy), editToNumbersDuringScanMs: summary(edited) };
  } finally {
    await user.leave();
    rmSync(folder, { recursive: true });
  }
}

/** One each 20 ms, whether the one before was answered or not: a server that stands still must not be asked less often. */
async function hovers(user: User, uri: string, count: number): Promise<number[]> {
  const asked: Promise<number>[] = [];
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const start = performance.now();
    const hover = user.hover(uri, 0, (i * 7) % (places * 7));
    asked.push(hover.then(() => performance.now() - start));
  }
  return Promise.all(asked);
}
