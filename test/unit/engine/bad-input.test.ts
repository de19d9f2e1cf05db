import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { AnalyseParams } from "../../../server/src/protocol/engine.ts";
import { addTensor, asIntegers, editHeader, editJson, problemOf } from "./damage.ts";

const assets = join(import.meta.dirname, "../../../assets");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-bad-input-"));
const embedded = join(assets, "tinytown");
const embeddedSae = join(embedded, "saes", "resid_post_3");
const running = { isCancellationRequested: false };
let model: string;
let sae: string;
let service: EngineService;

beforeEach(() => {
  const folder = mkdtempSync(join(scratch, "case-"));
  model = join(folder, "model");
  sae = join(folder, "sae");
  cpSync(join(embedded, "model"), model, { recursive: true });
  cpSync(embeddedSae, sae, { recursive: true });
  cpSync(join(embeddedSae, "../calibration.txt"), join(sae, "calibration.txt"));
  service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache: join(folder, "cache") });
});
afterAll(() => rmSync(scratch, { recursive: true }));

const analyse = (change: Partial<AnalyseParams> = {}, text = "Anna lives here.") =>
  service.analyse(
    { key: "k", model, saes: [], device: "cpu", messages: [{ role: null, text }], ...change },
    () => {},
    running,
  );

describe("a broken model", () => {
  const weights = () => join(model, "model.safetensors");
  it.each<[string, string, () => void]>([
    ["no weights", "weights-missing", () => rmSync(weights())],
    ["weights cut short", "weights-truncated", () => truncateSync(weights(), 100_000)],
    [
      "an offset outside the file",
      "weights-truncated",
      () =>
        editHeader(weights(), (header) => {
          header["model.norm.weight"].data_offsets = [1e9, 1e9 + 384];
        }),
    ],
    [
      "a shape that its bytes do not fit",
      "weights-invalid",
      () =>
        editHeader(weights(), (header) => {
          header["model.norm.weight"].shape = [7];
        }),
    ],
    [
      "a shape that config.json does not fit",
      "shape-mismatch",
      () =>
        editJson(join(model, "config.json"), (json) => {
          json.intermediate_size = 7;
        }),
    ],
    [
      "an unknown dtype",
      "weights-invalid",
      () =>
        editHeader(weights(), (header) => {
          header["model.norm.weight"].dtype = "Q4";
        }),
    ],
    [
      "a pickle under the name of safetensors",
      "weights-pickle",
      () => writeFileSync(weights(), Buffer.from([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20])),
    ],
    [
      "a pickle of five bytes",
      "weights-pickle",
      () => writeFileSync(weights(), Buffer.from([0x80, 4, 0x4b, 1, 0x2e])),
    ],
    ["a few bytes of nothing", "weights-truncated", () => writeFileSync(weights(), Buffer.from([1, 2, 3]))],
    ["integers for weights", "dtype-unsupported", () => asIntegers(weights(), "model.norm.weight")],
    ["only a pickle", "weights-pickle", () => renameSync(weights(), join(model, "pytorch_model.bin"))],
    ["no config", "config-missing", () => rmSync(join(model, "config.json"))],
    ["a config that is no JSON", "config-invalid", () => writeFileSync(join(model, "config.json"), "{")],
    [
      "an unknown architecture",
      "architecture-unknown",
      () =>
        editJson(join(model, "config.json"), (json) => {
          json.model_type = "rnn";
        }),
    ],
    ["no tokenizer", "tokenizer-missing", () => rmSync(join(model, "tokenizer.json"))],
    [
      "NaN weights",
      "weights-nan",
      () => {
        const bytes = readFileSync(weights());
        writeFileSync(weights(), bytes.fill(0xff, bytes.length - 40_000));
      },
    ],
  ])("with %s says %s", async (_, code, breakIt) => {
    breakIt();
    expect(await problemOf(analyse())).toMatchObject({ code, subject: "model" });
  });

  it("of a type that is not read says which, and does not blame config.json", async () => {
    asIntegers(weights(), "model.norm.weight");
    const { message, remedy } = await problemOf(analyse());
    expect(message).toContain("model.norm.weight has the type I16");
    expect(remedy).not.toContain("config.json");
  });

  it("whose tokenizer knows a token that it does not fails only on prompts with that token", async () => {
    editJson(join(model, "tokenizer.json"), (json) => {
      const added = json.added_tokens as object[];
      added.push({ ...added[0], id: 2560, content: "<|later|>" });
    });
    expect((await analyse()).ids.length).toBeGreaterThan(0);
    const problem = await problemOf(analyse({}, "Anna <|later|> lives"));
    expect(problem).toMatchObject({ code: "token-unknown", subject: "model" });
    expect(problem.message).toContain("token id 2560");
  });

  it("that nobody has says where the cache was looked at", async () => {
    expect(await problemOf(analyse({ model: "nobody/nothing" }))).toMatchObject({ code: "hub-not-cached" });
    expect(await problemOf(analyse({ model: "./no/such/folder" }))).toMatchObject({
      code: "model-not-found",
    });
  });

  it("replaced while loaded is noticed, and loaded again", async () => {
    const before = await analyse();
    const copy = `${weights()}.new`;
    cpSync(weights(), copy);
    renameSync(copy, weights());
    const after = await analyse();
    expect(after.setupId).not.toBe(before.setupId);
    expect([...after.topIds]).toEqual([...before.topIds]);
  });
});

describe("a broken SAE", () => {
  const config = () => join(sae, "cfg.json");
  const setMeta = (key: string, value: unknown) =>
    editJson(config(), (json) => {
      (json.metadata as Record<string, unknown>)[key] = value;
    });
  it.each<[string, string, () => void]>([
    [
      "another width",
      "sae-shape-mismatch",
      () =>
        editJson(config(), (json) => {
          json.d_in = 64;
        }),
    ],
    ["a hook the model lacks", "sae-hook-mismatch", () => setMeta("hook_name", "blocks.99.hook_resid_post")],
    ["no hook", "sae-hook-unknown", () => setMeta("hook_name", null)],
    [
      "an architecture not known here",
      "sae-unsupported",
      () =>
        editJson(config(), (json) => {
          json.architecture = "gated";
        }),
    ],
    ["a missing config", "sae-config-missing", () => rmSync(config())],
    [
      "labels of another SAE",
      "labels-invalid",
      () =>
        editJson(join(sae, "steerscope.json"), (json) => {
          json.frequency = [1];
        }),
    ],
    [
      "weights cut short",
      "weights-truncated",
      () => truncateSync(join(sae, "sae_weights.safetensors"), 5000),
    ],
    [
      "a pickle under the name of safetensors",
      "weights-pickle",
      () => writeFileSync(join(sae, "sae_weights.safetensors"), Buffer.from([0x80, 4, 0x4b, 1, 0x2e])),
    ],
    [
      "the zip of a pickle under the name of safetensors",
      "weights-pickle",
      () => writeFileSync(join(sae, "sae_weights.safetensors"), Buffer.from("PK\x03\x04data/data.pkl")),
    ],
    [
      "integers for weights",
      "dtype-unsupported",
      () => asIntegers(join(sae, "sae_weights.safetensors"), "b_enc"),
    ],
  ])("with %s says %s", async (_, code, breakIt) => {
    breakIt();
    expect(await problemOf(analyse({ saes: [sae] }))).toMatchObject({ code, subject: "sae" });
  });

  it.each([
    "W_enc",
    "b_enc",
    "threshold",
    "W_dec",
    "b_dec",
  ])("with one NaN in %s is refused", async (name) => {
    const file = join(sae, "sae_weights.safetensors");
    const bytes = readFileSync(file);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, start).toString());
    const [, end] = header[name].data_offsets;
    // The last number of the tensor: all bits set is NaN in f16 as in f32.
    bytes.fill(0xff, start + end - (header[name].dtype === "F32" ? 4 : 2), start + end);
    writeFileSync(file, bytes);
    expect(await problemOf(analyse({ saes: [sae] }))).toMatchObject({ code: "sae-nan", subject: "sae" });
  });

  it.each([
    [0.5, "sae-unsupported"],
    [1, null],
  ])("with a scaling_factor that ends in %d gives %s", async (value, code) => {
    const { d_sae: width } = JSON.parse(readFileSync(config(), "utf8"));
    const factors = new Float32Array(width).fill(1).fill(value, width - 1);
    addTensor(join(sae, "sae_weights.safetensors"), "scaling_factor", factors);
    const work = analyse({ saes: [sae] });
    if (code) expect(await problemOf(work)).toMatchObject({ code, subject: "sae" });
    else expect((await work).ids.length).toBeGreaterThan(0);
  });

  it("of another model is refused by its width", async () => {
    const other = join(import.meta.dirname, "../../parity/saes/facts/standard-none-bdec-float32");
    expect((await problemOf(analyse({ saes: [`${other}@blocks.1.hook_resid_post`] }))).code).toBe(
      "sae-width-mismatch",
    );
  });
});

describe("a check", () => {
  const check = (kind: "model" | "sae", saes: string[] = []) =>
    service.check({ model, saes, device: "cpu" }, kind);

  it("of a sound model and SAE says what was run", async () => {
    const [ofModel, ofSae] = [await check("model"), await check("sae", [sae])];
    expect([ofModel.ok, ofSae.ok]).toEqual([true, true]);
    expect(ofModel.verified.join()).toMatch(/\d tokens ran/);
    expect(ofSae.verified.join()).toMatch(/Measured on its own calibration text, \d+ tokens: L0 \d+/);
  });

  it("of a model with NaN weights fails", async () => {
    const file = join(model, "model.safetensors");
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, bytes.length - 40_000));
    expect(await check("model")).toMatchObject({ ok: false, problems: [{ code: "weights-nan" }] });
  });

  it("of an SAE at another layer's hook point measures it there, and takes none of its labels", async () => {
    const moved = `${sae}@blocks.0.hook_resid_pre`;
    expect((await check("sae", [moved])).ok).toBe(false);
    const [info] = (await service.describe({ model, saes: [moved], device: "cpu" }, () => {})).saes;
    expect(info.check.verdict).toBe("suspect");
    expect(info.labels.size).toBe(0);
  });
});

describe("names", () => {
  it("of two SAEs that would be the same differ", async () => {
    const twin = join(scratch, "twin", "sae");
    cpSync(sae, twin, { recursive: true });
    const saes = [sae, `${sae}@blocks.1.hook_resid_post`, twin];
    const { saes: infos } = await service.describe({ model, saes, device: "cpu" }, () => {});
    expect(new Set(infos.map(({ id }) => id)).size).toBe(3);
    expect(infos[1].id).toContain("@blocks.1.hook_resid_post");
  });

  it("that are relative are no folders, wherever the engine runs", async () => {
    const here = process.cwd();
    process.chdir(join(model, "../.."));
    try {
      const relative = join(basename(join(model, "..")), "model");
      expect((await problemOf(analyse({ model: relative }))).code).toBe("hub-not-cached");
      const relativeSae = join(basename(join(model, "..")), "sae");
      expect((await problemOf(analyse({ saes: [relativeSae] }))).code).toBe("hub-not-cached");
    } finally {
      process.chdir(here);
    }
  });
});

describe("odd prompts", () => {
  it("longer than the context are cut, and it is said how long they were", async () => {
    const analysis = await analyse({}, "a ".repeat(900));
    expect(analysis.ids.length).toBe(512);
    expect(analysis.truncatedFrom).toBeGreaterThan(512);
  });

  it("of a megabyte are read only as far as the context could reach", async () => {
    const analysis = await analyse({}, "word ".repeat(200_000));
    expect(analysis.ids.length).toBe(512);
    expect(analysis.warnings.map(({ code }) => code)).toContain("prompt-cut");
  });

  it("that are empty give no tokens", async () => {
    expect((await analyse({}, "")).ids.length).toBe(0);
  });
});

it("loads a model whose files are links into a cache, as the Hub lays it out", async () => {
  const hub = join(scratch, "models--town--tiny");
  const snapshot = join(hub, "snapshots", "abc");
  mkdirSync(join(hub, "blobs"), { recursive: true });
  mkdirSync(join(hub, "refs"), { recursive: true });
  mkdirSync(snapshot, { recursive: true });
  writeFileSync(join(hub, "refs", "main"), "abc");
  for (const name of ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]) {
    cpSync(join(model, name), join(hub, "blobs", `sha-${name}`));
    symlinkSync(`../../blobs/sha-${name}`, join(snapshot, name));
  }
  process.env.HF_HUB_CACHE = scratch;
  try {
    const linked = await analyse({ model: "town/tiny" });
    expect([...linked.topIds]).toEqual([...(await analyse()).topIds]);
  } finally {
    delete process.env.HF_HUB_CACHE;
  }
});
