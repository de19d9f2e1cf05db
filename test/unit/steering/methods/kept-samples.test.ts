import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Description } from "../../../../server/src/protocol/engine.ts";
import type { GenerateParams } from "../../../../server/src/protocol/steering.ts";
import { Completer, type Draws, type MethodHost } from "../../../../server/src/steering/methods/completer.ts";
import { KeptSamples } from "../../../../server/src/steering/methods/kept-samples.ts";
import { description } from "../recipes.ts";
import { folder } from "./fixtures.ts";

const made = (text: string) => ({ promptIds: [1, 2], samples: [{ ids: [3], text }] });

it("finds again what was kept, and takes a line away that was cut off", () => {
  const path = join(folder, "kept/a.jsonl");
  const kept = new KeptSamples(path);
  kept.add("a", made("ä"));
  kept.add("b", made("two\nlines"));
  const whole = readFileSync(path, "utf8");
  appendFileSync(path, '{"key":"c","promptIds":[1');
  const again = new KeptSamples(path);
  expect([again.get("a"), again.get("b"), again.get("c")]).toMatchObject([
    made("ä"),
    made("two\nlines"),
    undefined,
  ]);
  expect([again.size, again.found]).toEqual([2, 2]);
  expect(readFileSync(path, "utf8")).toBe(whole);
  again.remove();
  expect(existsSync(path)).toBe(false);
});

/** An engine that writes the number of its calls. */
class CountingHost {
  calls = 0;
  sha256 = "one";

  async describe(): Promise<Description> {
    return description;
  }

  async identify() {
    return { model: { id: "toy", sha256: this.sha256 }, saes: [] };
  }

  async generate({ samples }: GenerateParams) {
    this.calls++;
    const sample = {
      ids: Int32Array.of(7),
      text: `${this.calls}`,
      logprobs: new Float32Array(1),
      end: "length",
    };
    return {
      ...{ setupId: description.setupId, promptIds: Int32Array.of(1), held: [], conventions: [] },
      ...{ promptMs: 0, decodeMs: 0, samples: Array.from({ length: samples }, () => sample) },
    };
  }
}

it("asks the engine once for the same completions of the same weights, whatever process asks", async () => {
  const host = new CountingHost();
  const path = join(folder, "kept/b.jsonl");
  const setup = { model: "toy", saes: null, device: "cpu" as const };
  const draws: Draws = { samples: 2, maxTokens: 3, temperature: 1, seed: 5 };
  const completer = (more: Partial<Draws> = {}) =>
    Completer.open(host as unknown as MethodHost, setup, { ...draws, ...more }, new KeptSamples(path));
  const prompt = [{ role: null, text: "a" }];
  const textOf = async (from: Completer, index = 0) =>
    (await from.complete(index, prompt, [])).samples[0].text;
  expect(await textOf(await completer())).toBe("1");
  expect(await textOf(await completer())).toBe("1");
  expect(await textOf(await completer(), 1)).toBe("2");
  expect(await textOf(await completer({ seed: 6 }))).toBe("2");
  expect(await textOf(await completer({ temperature: 0.5 }))).toBe("3");
  host.sha256 = "two";
  expect(await textOf(await completer())).toBe("4");
});
