import { User } from "../protocol/user.ts";
import { sentence, smollm2 } from "./material.ts";
import { summary, times } from "./stats.ts";

const tokens = 2000;

/** Hovers over an analysed document of 2,000 tokens: nothing else going on, and while the engine works on another. */
export async function hovers(runs: number): Promise<object> {
  const { model, saes, device } = smollm2();
  const user = await User.spawned({ settings: { model, saes, device } });
  try {
    const long = sentence.repeat(Math.ceil(tokens / 18));
    const uri = await user.open("long.txt", long);
    const analysed = await user.inspect(uri);
    const places = analysed.tokens.filter((token) => token.range !== null).slice(0, tokens);
    const hoverOver = async (run: number) => {
      const { line, character } = places[(run * 7919 + 1) % places.length].range!.start;
      const hover = await user.hover(uri, line, character);
      if (!hover?.value.includes("Reconstruction")) throw new Error(`no numbers in: ${hover?.value}`);
    };
    const idle = await times(runs, (run) => hoverOver(Math.max(0, run)));

    const other = await user.open("other.txt", `Meanwhile. ${sentence.repeat(200)}`);
    let working = true;
    const work = user.inspect(other, { topK: 1 }).then(() => {
      working = false;
    });
    const busy: number[] = [];
    // A pause between hovers: the hand of a user, and time for the engine's answers to arrive in between.
    for (let run = 0; working && run < runs; run++) {
      const start = performance.now();
      await hoverOver(run);
      busy.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await user.close(other);
    await work.catch(() => {});
    return { tokens: places.length, idleMs: summary(idle), whileEngineWorksMs: summary(busy) };
  } finally {
    await user.leave();
  }
}

/** From spawning the server's process to its answer to `initialize`, and to the first hover of tinytown. */
export async function serverStart(runs: number): Promise<object> {
  const ready: number[] = [];
  const firstHover: number[] = [];
  for (let run = -1; run < runs; run++) {
    const start = performance.now();
    const user = await User.spawned();
    const initialized = performance.now() - start;
    const uri = await user.open("story.prompt", "Anna lost her lantern at the mill and wept.");
    await user.inspect(uri);
    const analysed = performance.now() - start;
    await user.leave();
    if (run < 0) continue;
    ready.push(initialized);
    firstHover.push(analysed);
  }
  return { readyMs: summary(ready), firstFeaturesMs: summary(firstHover) };
}
