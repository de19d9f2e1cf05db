import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CollectRun } from "../../../server/src/engine/probes/collect.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { SetupPool } from "../../../server/src/engine/setups/setup-pool.ts";
import { TensorFile } from "../../../server/src/files/tensor-file.ts";
import {
  type CollectParams,
  keysName,
  type ProbeReading,
  type ProbeText,
  readingName,
} from "../../../server/src/protocol/probes.ts";
import type { ScanIdentity } from "../../../server/src/protocol/scan.ts";
import { relativeError } from "../../parity/models/facts.ts";

const assets = join(import.meta.dirname, "../../../assets");
const folder = mkdtempSync(join(tmpdir(), "steerscope-collect-"));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { memoryBudgetMB: 512, threads: 1, assets, cache: folder };
const service = new EngineService(options);
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const never = { isCancellationRequested: false };
const d = 192;

let loaded: LoadedSetup;
let names: ScanIdentity["saes"];
beforeAll(async () => {
  loaded = await new SetupPool(options, new Map(), () => {}).get(setup, () => {});
  names = (await service.identify(setup, () => {})).saes;
});

const plain = (text: string, span: [number, number] | null = null): ProbeText => ({
  messages: [{ role: null, text }],
  span: span && { message: 0, start: span[0], end: span[1] },
});
const hook = "blocks.3.hook_resid_post";
const at = (position: ProbeReading["position"], of = hook): ProbeReading => ({
  source: { kind: "hook", hook: of },
  position,
});

let files = 0;
async function collect(texts: ProbeText[], readings: ProbeReading[]) {
  const keys = texts.map((_, i) => `text ${i}`);
  const path = join(folder, "sub", `${files++}.safetensors`);
  const collected = await service.collect({ ...setup, texts, keys, readings, path }, () => {}, never);
  const file = TensorFile.open(path, (_, what) => new Error(what));
  const tensors = new Map(
    file.names().map((name) => {
      const shape = file.shape(name)!;
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, values: file.f32(name, 0, size) }];
    }),
  );
  const kept = JSON.parse(file.metadata[keysName]) as string[];
  file.close();
  return {
    collected,
    kept,
    of: (reading: ProbeReading) => tensors.get(readingName(reading, names))!,
    tensors,
  };
}

/** What the model's own pass gives, and the tokens. */
async function pass(text: string, capture = [hook]) {
  const { ids, spans } = loaded.encode([{ role: null, text }]);
  const { captures } = await loaded.model.forward(ids, { capture });
  return { ids, spans, row: (t: number, of = hook) => captures.get(of)!.subarray(t * d, (t + 1) * d) };
}

const sentence = "Anna felt happy. She laughed.";

describe("activations on texts", () => {
  it("are the last token's of the whole text, at every hook point asked for", async () => {
    const hooks = ["blocks.0.hook_resid_post", "blocks.2.hook_mlp_out", hook];
    const { of, kept } = await collect(
      [plain(sentence), plain("Good.")],
      hooks.map((it) => at("last", it)),
    );
    expect(kept).toEqual(["text 0", "text 1"]);
    for (const name of hooks) {
      const { ids, row } = await pass(sentence, hooks);
      expect(of(at("last", name)).shape).toEqual([2, d]);
      expect(
        relativeError(of(at("last", name)).values.subarray(0, d), row(ids.length - 1, name)),
      ).toBeLessThan(1e-5);
    }
  });

  it("are the mean, the maximum and each of the span's tokens", async () => {
    const from = sentence.indexOf("felt");
    const span: [number, number] = [from, from + "felt happy".length];
    const { of, tensors } = await collect(
      [plain(sentence, span)],
      (["last", "mean", "max", "all"] as const).map((position) => at(position)),
    );
    const { spans, row } = await pass(sentence);
    const meant = [...spans.start.keys()].filter((t) => spans.start[t] < span[1] && spans.end[t] > span[0]);
    expect(meant.length).toBeGreaterThan(1);
    const rows = meant.map((t) => row(t));
    const each = (combine: (values: number[]) => number) =>
      Float32Array.from({ length: d }, (_, i) => combine(rows.map((it) => it[i])));
    expect(relativeError(of(at("last")).values, rows.at(-1)!)).toBeLessThan(1e-5);
    expect(
      relativeError(
        of(at("max")).values,
        each((it) => Math.max(...it)),
      ),
    ).toBeLessThan(1e-5);
    const mean = each((it) => it.reduce((a, b) => a + b, 0) / it.length);
    expect(relativeError(of(at("mean")).values, mean)).toBeLessThan(1e-5);
    expect(of(at("all")).shape).toEqual([meant.length, d]);
    expect(relativeError(of(at("all")).values.subarray(d, 2 * d), rows[1])).toBeLessThan(1e-5);
    expect(tensors.get(`${hook} all starts`)!.values).toEqual(Float32Array.of(0, meant.length));
  });

  it("leave the text's first token out of means, where it is not the only one", async () => {
    const { of } = await collect([plain("Anna laughed."), plain("Anna")], [at("mean")]);
    const { ids, row } = await pass("Anna laughed.");
    const mean = Float32Array.from({ length: d }, (_, i) => {
      const values = [...ids.keys()].slice(1).map((t) => row(t)[i]);
      return values.reduce((a, b) => a + b, 0) / values.length;
    });
    expect(relativeError(of(at("mean")).values.subarray(0, d), mean)).toBeLessThan(1e-5);
    expect(of(at("mean")).shape).toEqual([2, d]);
    const all = await collect([plain("Anna laughed.")], [at("all")]);
    expect(all.of(at("all")).shape).toEqual([ids.length - 1, d]);
    expect(relativeError(all.of(at("all")).values.subarray(0, d), row(1))).toBeLessThan(1e-5);
  });

  it("are an SAE's latents, as an analysis has them", async () => {
    const reading: ProbeReading = { source: { kind: "latents", sae: 0 }, position: "max" };
    const { of } = await collect([plain(sentence)], [reading]);
    const messages = [{ role: null, text: sentence }];
    const { saes } = await service.analyse({ ...setup, key: "", messages }, () => {}, never);
    const [{ rows, indices, values, outside }] = saes;
    const expected = new Float32Array(of(reading).shape[1]);
    for (let t = 1; t < outside.length; t++)
      for (let i = rows[t]; !outside[t] && i < rows[t + 1]; i++)
        expected[indices[i]] = Math.max(expected[indices[i]], values[i]);
    expect(expected.some((value) => value > 0)).toBe(true);
    expect(relativeError(of(reading).values, expected)).toBeLessThan(1e-4);
  });

  it("name the texts that cannot be read, and keep the others", async () => {
    const long = "Anna laughed. ".repeat(300);
    const { collected, kept, of } = await collect([plain(long), plain(sentence), plain("")], [at("last")]);
    expect(collected.left).toEqual([
      { text: 0, why: "too-long" },
      { text: 2, why: "no-token" },
    ]);
    expect(kept).toEqual(["text 1"]);
    expect(of(at("last")).shape).toEqual([1, d]);
  });

  it("leave out a text that the model reads as what is no number, even where a maximum would hide it", async () => {
    const texts = [plain(sentence), plain("Tom sat.")];
    const params = { ...setup, texts, keys: ["a", "b"], readings: [at("max")], path: join(folder, "odd") };
    const overflows = (t: number, value: number) => {
      let reads = 0;
      const read = async (ids: Int32Array) => {
        const x = new Float32Array(ids.length * d).fill(1);
        if (reads++ === 0) x[t * d + 7] = value;
        return new Map([[hook, x]]);
      };
      return { read, release: async () => {} };
    };
    for (const [t, value] of [
      [1, Number.NaN],
      [3, Number.NaN],
      [2, Number.NEGATIVE_INFINITY],
    ]) {
      const run = new CollectRun(params, names);
      const residuals = overflows(t, value);
      while (await run.step(loaded, residuals));
      expect(run.finish(loaded).left).toEqual([{ text: 0, why: "not-finite" }]);
    }
  });

  it("write no file once cancelled, and refuse an unknown hook point", async () => {
    const params: CollectParams = {
      ...setup,
      texts: [plain("A.")],
      keys: ["a"],
      readings: [at("last")],
      path: join(folder, "never"),
    };
    await expect(service.collect(params, () => {}, { isCancellationRequested: true })).rejects.toThrow(
      Cancelled,
    );
    expect(existsSync(params.path)).toBe(false);
    await expect(
      service.collect({ ...params, readings: [at("last", "blocks.9.hook_resid_post")] }, () => {}, never),
    ).rejects.toThrow(/no hook point blocks\.9/);
  });
});
