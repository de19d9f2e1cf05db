import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Model } from "../../../server/src/engine/models/model.ts";
import { Sae } from "../../../server/src/engine/saes/sae.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";
import type { MessageInput } from "../../../server/src/protocol/engine.ts";

const assets = join(import.meta.dirname, "../../../assets");
const embedded = join(assets, "tinytown");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-rules-"));
let [folder, model, sae, cache] = ["", "", "", ""];
let log: string[];

beforeEach(() => {
  folder = mkdtempSync(join(scratch, "case-"));
  [model, sae, cache] = ["model", "saes/one", "cache"].map((name) => join(folder, name));
  cpSync(join(embedded, "model"), model, { recursive: true });
  cpSync(join(embedded, "saes", "resid_post_3"), sae, { recursive: true });
  cpSync(join(embedded, "saes", "calibration.txt"), join(folder, "saes", "calibration.txt"));
  log = [];
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(scratch, { recursive: true }));

const newService = (options: { memoryBudgetMB?: number; cache?: string } = {}) =>
  new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache, ...options }, (line) => log.push(line));
const setup = (saes: string[] | null = [sae]) => ({ model, saes, device: "cpu" as const });
const story: MessageInput[] = [{ role: null, text: "Anna was sad and wept in the garden." }];
const running = { isCancellationRequested: false };
const describeIt = (service: EngineService, saes?: string[]) => service.describe(setup(saes), () => {});
const analyse = (service: EngineService, messages = story, saes?: string[], key = "k") =>
  service.analyse({ ...setup(saes), key, messages }, () => {}, running);

type Json = Record<string, unknown>;
const edit = (file: string, change: (json: Json) => void) => {
  const json = JSON.parse(readFileSync(file, "utf8"));
  change(json);
  writeFileSync(file, JSON.stringify(json));
};
const setting = (key: string, value: unknown) => (json: Json) => {
  json[key] = value;
};
const setMeta = (key: string, value: unknown, at = sae) =>
  edit(join(at, "cfg.json"), (json) => {
    (json.metadata as Json)[key] = value;
  });

describe("the start token", () => {
  it.each([
    [true, 0, /begins with <\|endoftext\|>, as .* was trained/],
    [false, null, /begins without a start token, as .* was trained/],
  ])("stands as the SAE was trained (prepend_bos %s), and it is said", async (prepend, id, sentence) => {
    setMeta("prepend_bos", prepend);
    const service = newService();
    const { ids } = await analyse(service);
    expect(ids[0] === 0 ? 0 : null).toBe(id);
    expect((await describeIt(service)).model.conventions.join()).toMatch(sentence);
  });

  it("is there when the SAE is measured, too", async () => {
    setMeta("seqpos_slice", [null]);
    setMeta("exclude_special_tokens", []);
    const measured: number[] = [];
    for (const prepend of [true, false]) {
      setMeta("prepend_bos", prepend);
      measured.push((await describeIt(newService())).saes[0].check.l0 as number);
    }
    expect(measured[0]).not.toBe(measured[1]);
  });

  it("of SAEs that disagree is the first one's, with a warning", async () => {
    const other = join(folder, "saes", "two");
    cpSync(sae, other, { recursive: true });
    setMeta("prepend_bos", true, other);
    setMeta("prepend_bos", false);
    const { ids, warnings } = await analyse(newService(), story, [sae, other]);
    expect(ids[0]).not.toBe(0);
    expect(warnings).toMatchObject([{ code: "start-token-conflict", subject: "sae" }]);
  });

  it("that nothing names is missed aloud", async () => {
    setMeta("prepend_bos", true);
    writeFileSync(join(model, "tokenizer_config.json"), "{}");
    rmSync(join(model, "special_tokens_map.json"));
    edit(join(model, "config.json"), (json) => {
      delete json.bos_token_id;
    });
    expect((await analyse(newService())).warnings).toMatchObject([{ code: "start-token-unknown" }]);
  });

  it.each<[string, (json: Json) => void]>([
    [
      "config.json's bos_token_id",
      (json) => {
        json.bos_token_id = 0;
      },
    ],
    [
      "GPT-2's tokenizer class",
      (json) => {
        json.model_type = "gpt2";
        delete json.bos_token_id;
      },
    ],
  ])("is found in %s where the tokenizer's files say nothing", async (_, change) => {
    const { TextModel } = await import("../../../server/src/engine/text/text-model.ts");
    writeFileSync(join(model, "tokenizer_config.json"), "{}");
    rmSync(join(model, "special_tokens_map.json"));
    edit(join(model, "config.json"), change);
    expect(TextModel.load(model).startToken).toBe("<|endoftext|>");
  });
});

describe("tokens an SAE was not made for", () => {
  const chat: MessageInput[] = [{ role: "user", text: "Anna was sad and wept." }];
  const outsideWith = async (meta: Json) => {
    for (const [key, value] of Object.entries({ seqpos_slice: [null], exclude_special_tokens: [], ...meta }))
      setMeta(key, value);
    const { ids, saes } = await analyse(newService(), chat);
    return { ids: [...ids], outside: [...saes[0].outside].map(Boolean) };
  };

  it.each<[string, Json, (id: number, position: number, count: number) => boolean]>([
    ["none", {}, () => false],
    ["listed ids", { exclude_special_tokens: [2] }, (id) => id === 2],
    ["all special ids", { exclude_special_tokens: true }, (id) => id < 3],
    ["the first position", { seqpos_slice: [1, null] }, (_, position) => position < 1],
    ["positions behind a stop", { seqpos_slice: [1, 4] }, (_, position) => position < 1 || position >= 4],
    ["Python's slice(n)", { seqpos_slice: [3] }, (_, position) => position >= 3],
    ["steps", { seqpos_slice: [0, null, 2] }, (_, position) => position % 2 !== 0],
    ["a start from the end", { seqpos_slice: [-2, null], context_size: 6 }, (_, position) => position < 4],
  ])("are flagged: %s", async (_, meta, isOutside) => {
    const { ids, outside } = await outsideWith(meta);
    expect(outside).toEqual(ids.map((id, position) => isOutside(id, position, ids.length)));
  });

  it("are flagged: massive activations", async () => {
    edit(join(sae, "steerscope.json"), (json) => {
      json.medianNorm = 1e-3;
    });
    const { outside } = await outsideWith({});
    expect(outside.every(Boolean)).toBe(true);
  });
});

describe("a file behind a set-up that changes", () => {
  it.each<[string, () => void]>([
    ["cfg.json", () => edit(join(sae, "cfg.json"), setting("apply_b_dec_to_input", false))],
    ["steerscope.json", () => edit(join(sae, "steerscope.json"), setting("tokens", 7))],
    ["calibration.txt", () => writeFileSync(join(sae, "calibration.txt"), "Anna and Peter met. ".repeat(20))],
    ["tokenizer_config.json", () => edit(join(model, "tokenizer_config.json"), setting("x", 1))],
  ])("(%s) gives another set-up", async (_, change) => {
    const service = newService();
    const before = await describeIt(service);
    change();
    const after = await describeIt(service);
    expect(after.setupId).not.toBe(before.setupId);
  });

  it("is measured anew, from the same cache too", async () => {
    const [before] = (await describeIt(newService())).saes;
    edit(join(sae, "cfg.json"), setting("apply_b_dec_to_input", false));
    const [after] = (await describeIt(newService())).saes;
    expect(after.check.l0).not.toBe(before.check.l0);
  });
});

describe("a cfg.json that holds no configuration", () => {
  it.each([
    "null",
    "[]",
    "{",
    "{}",
    '{"architecture":"topk","d_in":192,"d_sae":1536,"k":0}',
  ])("%s", async (text) => {
    writeFileSync(join(sae, "cfg.json"), text);
    const { problem } = await describeIt(newService()).then(
      () => ({ problem: null }),
      (error) => error,
    );
    expect(problem).toMatchObject({ code: "sae-config-invalid", subject: "sae" });
  });
});

describe("calibrations", () => {
  const cached = () => join(cache, readdirSync(cache)[0]);

  it("are made once, with progress, and read again", async () => {
    const stages: string[] = [];
    await newService().describe(setup(), ({ stage }) => stages.push(stage));
    await newService().describe(setup(), ({ stage }) => stages.push(stage));
    expect(stages).toEqual(["loading", "calibrating", "loading"]);
    edit(cached(), setting("l0", 99));
    expect((await describeIt(newService())).saes[0].check.l0).toBe(99);
  });

  it.each([
    "{}",
    "5",
    "[]",
    "null",
    "{",
    '{"l0":1,"fvu":null,"mean":[],"frequency":[]}',
  ])("kept as %s are made again", async (content) => {
    const { l0 } = (await describeIt(newService())).saes[0].check;
    writeFileSync(cached(), content);
    expect((await describeIt(newService())).saes[0].check.l0).toBe(l0);
  });

  it("that cannot be kept are a line in the log", async () => {
    const service = newService({ cache: join(model, "config.json", "cache") });
    expect((await describeIt(service)).saes[0].check.verdict).toBe("ok");
    expect(log.join("\n")).toMatch(/could not be kept/);
  });
});

describe("loading", () => {
  it("keeps a model whose SAE is broken, and releases what was opened", async () => {
    const opened = vi.spyOn(Model, "open");
    const released = vi.spyOn(Sae.prototype, "release");
    const service = newService();
    for (let i = 0; i < 2; i++)
      await expect(describeIt(service, [sae, `${sae}@blocks.99.hook_resid_post`])).rejects.toThrow();
    expect(released).toHaveBeenCalledTimes(4);
    await describeIt(service);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it("shares a model between set-ups, and keeps it when one of them is dropped", async () => {
    const opened = vi.spyOn(Model, "open");
    const service = newService({ memoryBudgetMB: 1 });
    const moved = `${sae}@blocks.2.hook_resid_post`;
    for (const saes of [[sae], [moved], [sae]]) await analyse(service, story, saes);
    expect(opened).toHaveBeenCalledTimes(1);
    expect(log.filter((line) => line.startsWith("Loaded")).length).toBe(3);
  });

  it("says that there is no SAE to check", async () => {
    expect(await newService().check(setup([]), "sae")).toMatchObject({
      ok: false,
      problems: [{ code: "sae-not-found" }],
    });
  });
});

describe("a long text", () => {
  const long = (words: number): MessageInput[] => [{ role: null, text: "Anna wept. ".repeat(words) }];

  it("is left between chunks when it is cancelled, and goes on from there", async () => {
    const service = newService();
    const cancel = { isCancellationRequested: false };
    const work = service.analyse(
      { ...setup(), key: "k", messages: long(120) },
      ({ stage, done }) => {
        if (stage === "analysing" && done > 0) cancel.isCancellationRequested = true;
      },
      cancel,
    );
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect((await analyse(service, long(120))).reused).toBeGreaterThan(0);
  });

  it("gives right numbers after a chunk that failed", async () => {
    const service = newService();
    const expected = await analyse(service, long(120), undefined, "other");
    const encode = Sae.prototype.encode;
    let calls = 0;
    vi.spyOn(Sae.prototype, "encode").mockImplementation(function (this: Sae, ...args) {
      return ++calls === 2 ? Promise.reject(new Error("once")) : encode.apply(this, args);
    });
    await expect(analyse(service, long(120))).rejects.toThrow("once");
    const after = await analyse(service, long(120));
    expect(after.reused).toBeGreaterThan(0);
    expect([...after.topIds]).toEqual([...expected.topIds]);
    expect([...after.saes[0].rows]).toEqual([...expected.saes[0].rows]);
  });

  it("is read until the context is full, however much text a token holds", async () => {
    const { ids } = await analyse(newService(), [{ role: null, text: " garden".repeat(5000) }]);
    expect(ids.length).toBe(512);
  });

  it("is forgotten when its file is closed while it is worked on", async () => {
    const service = newService();
    const work = analyse(service, long(120));
    service.forget("k");
    await work;
    expect((await analyse(service, long(120))).reused).toBe(0);
  });
});
