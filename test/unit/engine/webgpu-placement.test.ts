import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, expect, it } from "vitest";
import { readConfig } from "../../../server/src/engine/models/config.ts";
import { forwardFeeds } from "../../../server/src/engine/models/feeds.ts";
import { KvCache } from "../../../server/src/engine/models/kv-cache.ts";
import { writeForward } from "../../../server/src/engine/models/write.ts";
import { Checkpoint } from "../../../server/src/engine/weights/checkpoint.ts";

/** Chromium's software Vulkan. */
const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const scratch = mkdtempSync(join(tmpdir(), "steerscope-placement-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Operators of a model's pass that the CPU computes, and how many pieces of its own make the way to the device. */
async function onCpu(folder: string, device: "webgpu" | "cpu") {
  // Vulkan is loaded with the first session.
  process.env.VK_ICD_FILENAMES = driver;
  process.env.XDG_RUNTIME_DIR ??= scratch;
  const config = readConfig(folder);
  const { graph, binder, edits, packsPast } = writeForward(config, Checkpoint.open(folder), { device });
  const prefix = join(scratch, `${device}-`);
  const session = await ort.InferenceSession.create(graph.encode(), {
    executionProviders: ["webgpu", "cpu"],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    enableProfiling: true,
    profileFilePrefix: prefix,
    extra: { session: { model_external_initializers_file_folder_path: binder.root } },
  });
  const cache = new KvCache(config.layers, config.kvHeads * config.headDim);
  const model = { folder, config, packsPast };
  await session.run(forwardFeeds(model, edits, { ids: Int32Array.of(1, 2), cache }), ["top_ids"]);
  session.endProfiling();
  await session.release();
  const [file] = readdirSync(scratch).filter((name) => name.startsWith(`${device}-`));
  const events: { cat: string; args?: { provider?: string; op_name?: string } }[] = JSON.parse(
    readFileSync(join(scratch, file), "utf8"),
  );
  rmSync(join(scratch, file));
  const nodes = events.flatMap(({ cat, args }) => (cat === "Node" && args?.op_name ? [args] : []));
  return {
    operators: nodes.flatMap(({ provider, op_name }) =>
      provider === "CPUExecutionProvider" ? [op_name] : [],
    ),
    copies: nodes.filter(({ op_name }) => op_name?.startsWith("Memcpy")).length,
    inputs: graph.inputs.length,
  };
}

const root = join(import.meta.dirname, "../../..");

it.each([
  ["tinytown", join(root, "assets/tinytown/model")],
  ["GPT-2", join(root, "test/parity/models/facts/gpt2-inner-f16")],
])("of a pass of %s the CPU does no more than look up embeddings and compare places", async (_, folder) => {
  if (!existsSync(driver))
    throw new Error(
      `${driver} is missing. As root: apt-get install -y --no-install-recommends chromium libvulkan1`,
    );
  const { operators, copies, inputs } = await onCpu(folder, "webgpu");
  for (const name of operators) expect(["Gather", "Cast", "Add", "Reshape", "LessOrEqual"]).toContain(name);
  expect(copies).toBeLessThanOrEqual(3);
  // Each is carried to the device by itself, in every pass: their number must not grow with the layers.
  expect(inputs).toBeLessThan(10);
});

it("the CPU's own graph would be computed there in every layer", async () => {
  const { operators } = await onCpu(join(root, "assets/tinytown/model"), "cpu");
  expect(operators.filter((name) => name === "Attention")).toHaveLength(6);
});
