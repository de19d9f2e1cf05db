import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { verdict } from "../../../server/src/engine/device-check.ts";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { AnalyseParams, Device } from "../../../server/src/protocol/engine.ts";
import { asked, never } from "../../parity/steering/engine.ts";

/** What the stand-in for an accelerator does; it computes on the CPU. */
const accelerator = vi.hoisted(() => ({
  wrong: false,
  delayMs: 0,
  /** Runs until it is lost. */
  runsLeft: Number.POSITIVE_INFINITY,
}));

vi.mock("onnxruntime-node", async (importActual) => {
  const actual = await importActual<typeof import("onnxruntime-node")>();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const create = async (bytes: Uint8Array, options: { executionProviders: string[] }) => {
    const [device] = options.executionProviders;
    const session = await actual.InferenceSession.create(bytes, { ...options, executionProviders: ["cpu"] });
    const run = session.run.bind(session);
    return {
      release: () => session.release(),
      async run(feeds: Parameters<typeof run>[0], fetches: string[]) {
        // The CPU takes a moment here, so that which of two is faster is not left to chance.
        await pause(device === "cpu" ? 20 : accelerator.delayMs);
        if (device !== "cpu" && accelerator.runsLeft-- <= 0) throw new Error("the device was lost\nat once");
        const out = await run(feeds, fetches);
        const top = out.top_logprobs?.data as Float32Array | undefined;
        if (device !== "cpu" && accelerator.wrong) top?.set(top.map((value) => value - 0.1));
        return out;
      },
    };
  };
  return {
    ...actual,
    listSupportedBackends: () => [{ name: "cpu" }, { name: "coreml" }],
    InferenceSession: { create },
  };
});

const scratch = mkdtempSync(join(tmpdir(), "steerscope-devices-"));
afterAll(() => rmSync(scratch, { recursive: true }));

let log: string[];
let service: EngineService;
beforeEach(() => {
  Object.assign(accelerator, { wrong: false, delayMs: 0, runsLeft: Number.POSITIVE_INFINITY });
  log = [];
  const assets = join(import.meta.dirname, "../../../assets");
  service = new EngineService({ memoryBudgetMB: 512, threads: 1, assets, cache: scratch }, (line) =>
    log.push(line),
  );
});

const setup = (device: Device | "auto") => ({ model: "tinytown", saes: ["resid_post_3"], device });
const deviceOf = async (device: Device | "auto") => (await service.describe(setup(device), () => {})).model;
const analyse = (device: Device | "auto") => {
  const messages = [{ role: null, text: "Anna was sad and wept." }];
  const params: AnalyseParams = { ...setup(device), key: "k", messages };
  return service.analyse(params, () => {}, { isCancellationRequested: false });
};

describe("auto", () => {
  it("takes an accelerator that gives the CPU's numbers faster, and logs why", async () => {
    const model = await deviceOf("auto");
    expect(model).toMatchObject({
      device: "coreml",
      deviceReason: expect.stringMatching(/self-check passed/),
    });
    expect(log.join()).toMatch(/on coreml: self-check passed/);
  });

  it("stays on the CPU where the accelerator is slower", async () => {
    accelerator.delayMs = 60;
    expect(await deviceOf("auto")).toMatchObject({
      device: "cpu",
      deviceReason: expect.stringMatching(/coreml: self-check passed .* ms against .* on the CPU/),
    });
    expect((await analyse("auto")).warnings).toEqual([]);
  });

  it("stays on the CPU where the accelerator's numbers are off", async () => {
    accelerator.wrong = true;
    expect(await deviceOf("auto")).toMatchObject({
      device: "cpu",
      deviceReason: expect.stringMatching(/self-check failed .* differ by 0\.10/),
    });
  });
});

it.each([
  // As measured on an H100 beside 16 cores: the embedded model, SmolLM2, and a model of Llama-3.2-1B's shape.
  [
    { pass: 17, token: 17 },
    { pass: 4, token: 2 },
    { faster: false, tokensOnCpu: true },
  ],
  [
    { pass: 68, token: 72 },
    { pass: 46, token: 15 },
    { faster: false, tokensOnCpu: true },
  ],
  [
    { pass: 74, token: 65 },
    { pass: 173, token: 51 },
    { faster: true, tokensOnCpu: true },
  ],
  // A little faster is not enough, since the check does not see everything.
  [
    { pass: 32, token: 28 },
    { pass: 46, token: 15 },
    { faster: false, tokensOnCpu: true },
  ],
  [
    { pass: 50, token: 20 },
    { pass: 900, token: 90 },
    { faster: true, tokensOnCpu: false },
  ],
])("%j beside the CPU's %j: %j", (accelerator, cpu, expected) => {
  expect(verdict(accelerator, cpu, "bf16")).toEqual(expected);
});

describe("a device asked for by name", () => {
  it("is taken though it is slower", async () => {
    accelerator.delayMs = 60;
    expect((await deviceOf("coreml")).device).toBe("coreml");
  });

  it("that is wrong gives way to the CPU, and the user is told", async () => {
    accelerator.wrong = true;
    const { warnings } = await analyse("coreml");
    expect(warnings).toMatchObject([{ code: "device-not-available", subject: "device" }]);
  });
});

it.each([
  ["its own graph where that is fast", 0, false],
  ["the CPU's kernels where that is slow", 60, true],
])("single tokens are read by %s", async (_, delayMs, byKernels) => {
  accelerator.delayMs = delayMs;
  const params = asked({ device: "coreml", maxTokens: 3 });
  const { conventions } = await service.generate(
    params,
    () => {},
    () => {},
    never,
  );
  expect((await deviceOf("coreml")).device).toBe("coreml");
  expect(conventions.some((it) => it.includes("kernels"))).toBe(byKernels);
});

it.each([
  "auto",
  "coreml",
] as const)("a device lost while it works (%s) leaves the work to the CPU, and the user is told", async (device) => {
  const expected = await analyse("cpu");
  expect((await deviceOf(device)).device).toBe("coreml");
  accelerator.runsLeft = 0;
  const analysis = await analyse(device);
  expect([...analysis.topIds]).toEqual([...expected.topIds]);
  expect(analysis.warnings).toMatchObject([
    {
      code: "device-lost",
      message: expect.stringMatching(/coreml: failed while running \(the device was lost\)/),
    },
  ]);
  expect((await deviceOf(device)).device).toBe("cpu");
  expect(log.join("\n")).toMatch(/going on without it/);
});

it("kernels win by less where they too read the weights as f32", () => {
  const [accelerator, cpu] = [
    { pass: 50, token: 10 },
    { pass: 900, token: 18 },
  ];
  expect(verdict(accelerator, cpu, "bf16").tokensOnCpu).toBe(true);
  expect(verdict(accelerator, cpu, "f16").tokensOnCpu).toBe(false);
});
