import { describe, expect, test } from "vitest";
import type { AnalyseParams } from "../../server/src/protocol/engine.ts";
import { realEngine } from "./engine.ts";
import { modelFolder, readLogprobs, readPrompts } from "./material.ts";

const tolerance = 1e-4;
const logprobs = readLogprobs();
const service = realEngine();
const never = { isCancellationRequested: false };

describe.each([...readPrompts()])("%s", (title, prompt) => {
  test("the lens gives at the last of 30 layers what Transformers predicts, and less before", async () => {
    const messages = [{ role: null, text: prompt.text }];
    const asked: AnalyseParams = { model: modelFolder(), saes: [], device: "cpu", key: title, messages };
    const { ids } = await service.analyse(asked, () => {}, never);
    const to = Math.min(ids.length, 48);
    const { hooks, nextLogprobs } = await service.lens({ ...asked, from: 0, to, count: 5 }, () => {}, never);
    expect(hooks).toHaveLength(30);
    const wrong: string[] = [];
    let [early, last] = [0, 0];
    for (let t = 0; t < Math.min(to, ids.length - 1); t++) {
      const own = nextLogprobs[t * 30 + 29];
      const stored = logprobs[title].logprobs[t];
      if (!(Math.abs(own - stored) <= tolerance * Math.max(1, -stored)))
        wrong.push(`token ${t}: ${own}, not ${stored}`);
      early -= nextLogprobs[t * 30 + 5];
      last -= own;
    }
    expect(wrong).toEqual([]);
    expect(early).toBeGreaterThan(last);
  });
});
