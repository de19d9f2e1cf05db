import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EmbedderInUse, EmbedTexts } from "../../../server/src/engine/embedding/embed-texts.ts";
import { Embedder } from "../../../server/src/engine/embedding/embedder.ts";
import { pooled, poolingOf } from "../../../server/src/engine/embedding/pooling.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import { damage, graphOf } from "./embedding-folder.ts";

const root = resolve(import.meta.dirname, "../../..");
const facts = join(root, "test/parity/embedding/facts/bert-mean");
const file = "onnx/model.onnx";
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "steerscope-embedding-")), "model");
  cpSync(facts, folder, { recursive: true });
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));
const model = () => ({ folder, file, pooling: "mean" as const });
const never = { isCancellationRequested: false };

describe("pooling", () => {
  const hidden = Float32Array.of(1, 2, 3, -8, 5, 3);
  const unit = (...values: number[]) => {
    const norm = Math.hypot(...values);
    return values.map((value) => expect.closeTo(value / norm, 6));
  };

  it("is the mean over tokens, the first one, or the largest of each dimension; always of norm 1", () => {
    expect([...pooled(hidden, 2, "mean")]).toEqual(unit(3, -1));
    expect([...pooled(hidden, 2, "cls")]).toEqual(unit(1, 2));
    expect([...pooled(hidden, 2, "max")]).toEqual(unit(5, 3));
    expect([...pooled(Float32Array.of(-1, -3), 1, "max")]).toEqual([-1]);
    expect([...pooled(new Float32Array(4), 2, "mean")]).toEqual([0, 0]);
  });

  it.each([
    [{ pooling_mode: "max" }, "max"],
    [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, "cls"],
    [{ pooling_mode_max_tokens: true }, "max"],
    [{ pooling_mode_mean_tokens: true }, "mean"],
    [{ word_embedding_dimension: 3 }, "cls"],
  ])("as %j says", (config, pooling) => {
    writeFileSync(join(folder, "1_Pooling/config.json"), JSON.stringify(config));
    expect(poolingOf(folder, "cls")).toBe(pooling);
  });

  it.each([
    { pooling_mode: "lasttoken" },
    { pooling_mode_weightedmean_tokens: true },
    { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true },
    { pooling_mode: "constructor" },
  ])("of another kind is refused: %j", (config) => {
    writeFileSync(join(folder, "1_Pooling/config.json"), JSON.stringify(config));
    expect(() => poolingOf(folder, "mean")).toThrow(/pools by .* not known here/);
  });

  it("that no file names is what is usual for the model", () => {
    rmSync(join(folder, "1_Pooling"), { recursive: true });
    expect(poolingOf(folder, "cls")).toBe("cls");
  });
});

describe("a model that cannot be used", () => {
  it.each(Object.keys(damage))("is refused with its file and what to do: %s", async (name) => {
    const { work, says, code } = damage[name];
    work(folder);
    const { problem } = await Embedder.open(model(), 1).then(
      () => ({ problem: null }),
      (error) => error,
    );
    expect(problem).toMatchObject({ code, subject: "model", path: expect.stringContaining(folder) });
    expect(problem.message).toMatch(says);
  });

  it("is refused where its graph gives something else than a vector a token", async () => {
    writeFileSync(join(folder, file), graphOf("input_ids", "last_hidden_state"));
    const embedder = await Embedder.open(model(), 1);
    await expect(embedder.embed([[1, 2, 3]])).rejects.toThrow(
      /gives “last_hidden_state” as float32 \[1,\d+\]/,
    );
    await embedder.release();
  });

  it("pools by itself where its graph gives the text's vector", async () => {
    writeFileSync(join(folder, file), graphOf("input_ids", "sentence_embedding"));
    const embedder = await Embedder.open(model(), 1);
    expect(embedder.pooling).toBe("graph");
    expect(Math.hypot(...(await embedder.embed([[1, 2, 3]]))[0])).toBeCloseTo(1, 5);
    await embedder.release();
  });
});

it("lies in the Hub cache as links to blobs, its weights too", async () => {
  const snapshot = join(folder, "..", "snapshots/abc");
  mkdirSync(join(snapshot, "onnx"), { recursive: true });
  for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"])
    symlinkSync(join("../../model", name), join(snapshot, name));
  for (const name of ["model.onnx", "model.onnx_data"])
    symlinkSync(join("../../../model/onnx", name), join(snapshot, "onnx", name));
  const [linked, plain] = await Promise.all(
    [snapshot, folder].map((it) => Embedder.open({ ...model(), folder: it }, 1)),
  );
  expect(await linked.embed([[2, 9, 3]])).toEqual(await plain.embed([[2, 9, 3]]));
  await Promise.all([linked.release(), plain.release()]);
});

describe("in the engine", () => {
  const options = { memoryBudgetMB: 512, threads: 1, assets: join(root, "assets") };
  const newService = () => new EngineService({ ...options, cache: join(folder, "..") });

  it("texts are embedded in their order, each of norm 1, and other work has its turn between two", async () => {
    const service = newService();
    const texts = Array.from({ length: 40 }, (_, i) => `label ${i}`);
    const order: string[] = [];
    const embedding = service.embed({ ...model(), texts }, never).then((it) => {
      order.push("embedding");
      return it;
    });
    const setup = { model: "tinytown", saes: [], device: "cpu" as const };
    await service.texts({ ...setup, ids: Int32Array.of(1) }, () => {}).then(() => order.push("texts"));
    const { vectors, width, pooling, longest } = await embedding;
    expect(order).toEqual(["texts", "embedding"]);
    expect({ width, pooling, longest }).toEqual({ width: 32, pooling: "mean", longest: 24 });
    expect(vectors).toHaveLength(texts.length * width);
    const alone = await service.embed({ ...model(), texts: [texts[7]] }, never);
    expect(vectors.slice(7 * width, 8 * width)).toEqual(alone.vectors);
    expect(Math.hypot(...alone.vectors)).toBeCloseTo(1, 5);
    expect((await service.embed({ ...model(), texts: [] }, never)).vectors).toHaveLength(0);
    service.embedded();
  });

  it("texts are not embedded by two models where a file is replaced meanwhile", async () => {
    const use = new EmbedderInUse(1);
    const work = new EmbedTexts({ texts: Array.from({ length: 20 }, () => "a label") });
    expect(await work.step(await use.get(model()))).toBeNull();
    await use.release();
    expect(await work.step(await use.get(model()))).toBeNull();
    writeFileSync(join(folder, "1_Pooling/config.json"), JSON.stringify({ pooling_mode: "cls" }));
    const another = await use.get(model());
    await expect(work.step(another)).rejects.toThrow("model.onnx changed while in use");
    await use.release();
  });

  it("a quantized model runs each text alone", async () => {
    cpSync(join(folder, "onnx/model.onnx"), join(folder, "onnx/model_quantized.onnx"));
    const embedder = await Embedder.open({ ...model(), file: "onnx/model_quantized.onnx" }, 1);
    const work = new EmbedTexts({ texts: ["a", "a", "a"] });
    expect(await work.step(embedder)).toBeNull();
    expect(await work.step(embedder)).toBeNull();
    expect((await work.step(embedder))?.vectors).toHaveLength(96);
    await embedder.release();
  });

  it("stops when it is cancelled", async () => {
    const service = newService();
    const cancel = { isCancellationRequested: false };
    const embedding = service.embed({ ...model(), texts: Array(10_000).fill("a label") }, cancel);
    setTimeout(() => {
      cancel.isCancellationRequested = true;
    }, 50);
    await expect(embedding).rejects.toBeInstanceOf(Cancelled);
    service.embedded();
  });

  it("a model is opened once until it is given back, and again when a file of it is another", async () => {
    const use = new EmbedderInUse(1);
    const first = await use.get(model());
    expect(await use.get(model())).toBe(first);
    writeFileSync(join(folder, "1_Pooling/config.json"), JSON.stringify({ pooling_mode: "cls" }));
    const second = await use.get(model());
    expect([first.pooling, second.pooling]).toEqual(["mean", "cls"]);
    await use.release();
    expect(await use.get(model())).not.toBe(second);
    await use.release();
  });
});
