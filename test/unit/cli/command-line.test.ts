import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { StoreIdentity } from "../../../server/src/store/identity.ts";
import { StoreImporter } from "../../../server/src/store/importer.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "steerscope-cli-"));
const prompt = join(folder, "a.txt");
writeFileSync(prompt, "\uFEFFThe cat sat\non the mat.");

/** Runs dist/cli.js, which `npm test` builds before, on the engine that needs no model. */
async function steerscope(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), ...args], {
    cwd: folder,
    env: {
      ...process.env,
      STEERSCOPE_ENGINE_MODULE: join(root, "test/protocol/fake-engine.mjs"),
      STEERSCOPE_CACHE: folder,
      HF_HOME: folder,
      NO_COLOR: "1",
      ...env,
    },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const [status] = await once(child, "close");
  return { status, stdout, stderr };
}

const sae = ["--sae", "toy"];

describe("steerscope inspect", () => {
  it("prints a table that can be read", async () => {
    const { status, stdout, stderr } = await steerscope(["inspect", "a.txt", ...sae]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^a\.txt · tinytown \(llama, 4 layers of 8, f32 computed in f32 on cpu\)$/);
    expect(lines[1]).toBe(
      "toy · blocks.2.hook_resid_post · jumprelu, 100 latents · L0 3.0 of 3 declared, FVU 0.20, ok",
    );
    expect(stdout).toMatch(/^at +token +bits +features, by share of their known maximum/m);
    expect(stdout).toMatch(/^1:1 +"The" +[\d.]+ +\d+: \d+ % · 8: 2\.00$/m);
    expect(stdout).toMatch(/^1:4 +" cat" .* a cat: \d+ %/m);
    expect(stdout).toMatch(/^2:3 +" the" /m);
    expect(stdout).toMatch(/^Next: " guess0" 36\.8 %/m);
  });

  it("prints one JSON document and nothing else, to the contract", async () => {
    const { status, stdout } = await steerscope([
      "inspect",
      "--json",
      "--top",
      "1",
      ...sae,
      "--sae",
      "other",
      prompt,
    ]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ schema: "steerscope.inspect/1", file: prompt });
    expect(Object.keys(result)).toEqual(["schema", "file", "model", "saes", "tokens", "next", "timings"]);
    expect(result.saes.map((it: { id: string }) => it.id)).toEqual(["toy", "other"]);
    expect(result.tokens[1].features).toEqual([
      { sae: 0, feature: 7, activation: 9, share: expect.closeTo(0.9), label: null },
      { sae: 1, feature: 7, activation: 9, share: expect.closeTo(0.9), label: null },
    ]);
  });

  it("gives the same through the language server", async () => {
    const direct = await steerscope(["inspect", "a.txt", ...sae]);
    const through = await steerscope(["inspect", "a.txt", "--through-server", ...sae]);
    expect(through).toEqual(direct);
    const failing = await steerscope(["inspect", "a.txt", "--through-server", "--model", "missing"]);
    expect(failing).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("No model at “missing”"),
    });
  });

  it("shows one token in full with --at, and says when there is none", async () => {
    const { status, stdout } = await steerscope(["inspect", "a.txt", "--at", "1:6", ...sae]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1:4 " cat" · token 2, id \d+ · surprisal [\d.]+ bits$/m);
    // No less than a hover says.
    expect(stdout).toMatch(/^Expected here: " guess0" 36\.8 %, " guess1" /m);
    expect(stdout).toMatch(/^toy: 3 active, 2 shown, FVU 0\.250$/m);
    expect(stdout).toMatch(/^SAE +latent +of maximum +activation +label$/m);
    expect(stdout).toMatch(/^toy +\d+ +\d+ % +[\d.]+ +a cat$/m);
    expect(stdout).toMatch(/^toy +8 +– +2\.000$/m);
    expect(stdout).toMatch(/^Next: " guess0" 36\.8 %/m);
    const through = await steerscope(["inspect", "a.txt", "--through-server", "--at", "1:6", ...sae]);
    expect(through.stdout).toBe(stdout);
    const none = await steerscope(["inspect", "a.txt", "--at", "9:1", ...sae]);
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining("no token at 9:1") });
    const json = await steerscope(["inspect", "a.txt", "--json", "--at", "1:6", ...sae]);
    expect(JSON.parse(json.stdout).tokens).toMatchObject([
      { text: " cat", expected: Array(10).fill({ text: expect.any(String) }), next: expect.any(Array) },
    ]);
  });

  it("shows no features of an SAE on a token that it was not made for", async () => {
    const { stdout } = await steerscope(["inspect", "a.txt", ...sae], { STEERSCOPE_FAKE: "all-outside" });
    expect(stdout).toMatch(/^1:1 +"The" +[\d.]+$/m);
    const at = await steerscope(["inspect", "a.txt", "--at", "1:6", ...sae], {
      STEERSCOPE_FAKE: "all-outside",
    });
    expect(at.stdout).toMatch(/^toy: 3 active, none shown: it was not made for this token/m);
    expect(at.stdout).not.toMatch(/^SAE +latent/m);
  });

  it("warns on stderr and goes on", async () => {
    writeFileSync(join(folder, "warned.txt"), "The\n<|oops|> cat");
    const { status, stdout, stderr } = await steerscope(["inspect", "warned.txt", "--json", ...sae]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).file).toBe("warned.txt");
    expect(stderr).toBe(
      "warned.txt:2:1: warning: “<|oops|>” is read as text. Remove it if that is not meant.\n",
    );
  });

  it.each([
    ["a file that is not there", ["inspect", "none.txt"], "There is no file none.txt"],
    ["a folder", ["inspect", "."], "cannot be read"],
    ["a missing model", ["inspect", "a.txt", "--model", "missing"], "No model at “missing”"],
    ["a missing SAE", ["inspect", "a.txt", "--sae", "missing"], "No SAE at “missing”"],
    ["numbers that are none", ["inspect", "nan.txt", "--json", ...sae], "gave NaN"],
  ])("ends with 1, a message and an empty stdout on %s", async (_, args, message) => {
    writeFileSync(join(folder, "nan.txt"), "please-be-nan");
    const { status, stdout, stderr } = await steerscope(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(2);
  });

  it("says why an engine does not start, and what helps", async () => {
    const { status, stderr } = await steerscope(["inspect", "a.txt"], { STEERSCOPE_FAKE: "crash-on-start" });
    expect(status).toBe(1);
    expect(stderr).toContain("cannot find the native library");
    expect(stderr).toContain("Install Steerscope again");
    expect(stderr).not.toMatch(/smaller prompt|memoryBudgetMB/);
  });

  it("says of an empty prompt that it has no tokens", async () => {
    writeFileSync(join(folder, "empty.prompt.md"), "---\ndescription: none\n---\n");
    const { status, stdout } = await steerscope(["inspect", "empty.prompt.md", ...sae], {
      STEERSCOPE_FAKE: "no-start-token",
    });
    expect(status).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("The prompt has no tokens.");
  });
});

describe("the command line", () => {
  it.each([
    [["inspect"]],
    [["inspect", "a.txt", "--bogus"]],
    [["inspect", "a.txt", "--top", "none"]],
    [["inspect", "a.txt", "--at", "0:1"]],
    [["serve"]],
    [["compose", "a.txt"]],
    [[]],
  ])("ends with 2 on %j", async (args) => {
    const { status, stdout, stderr } = await steerscope(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).not.toBe("");
  });

  it("explains itself", async () => {
    const { status, stdout } = await steerscope(["inspect", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("--at <LINE:COL>");
  });

  it("checks models and SAEs, and fails on bad ones", async () => {
    expect(await steerscope(["model", "check", "fine"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("Usable."),
    });
    expect(await steerscope(["sae", "check", "bad", "--model", "m"])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(
        /verified: It runs on m\.\nNot usable: Its width does not fit\. Take another\.\n$/,
      ),
      stderr: expect.stringContaining("Its width does not fit."),
    });
    expect((await steerscope(["sae", "check", "suspect"])).stdout).toMatch(/^Not usable: it runs, but /m);
  });

  it("says in doctor what runs here, as text and as JSON", async () => {
    const { status, stdout } = await steerscope(["doctor", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "steerscope.doctor/1",
      versions: { node: process.versions.node },
      devices: [{ device: "cpu", available: true }, { device: "webgpu" }],
      auto: { device: "cpu", reason: "the only one" },
      limits: { memoryBudgetMB: 4096, threads: 0 },
      models: ["tinytown"],
      problems: [],
    });
    const text = (await steerscope(["doctor"])).stdout;
    expect(text).toMatch(/^ {2}yes cpu +always there$/m);
    expect(text).toContain("auto takes cpu: the only one");
    expect(text).toContain("may use 4096 MB");
    const broken = await steerscope(["doctor", "--json"], { STEERSCOPE_FAKE: "crash-on-start" });
    expect(broken.status).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      devices: [],
      auto: null,
      problems: [{ code: "engine-cannot-start" }],
    });
    const told = await steerscope(["doctor"], { STEERSCOPE_FAKE: "crash-on-start" });
    expect(told.stdout).toMatch(/^Does not work\n {2}The engine cannot start; .*Install Steerscope again/m);
    expect(told.stdout).not.toContain("Devices");
  });

  it("names in doctor the SAEs that ship with the embedded model", async () => {
    const { stdout } = await steerscope(["doctor", "--json"], { STEERSCOPE_ENGINE_MODULE: "" });
    const { saes, auto, devices } = JSON.parse(stdout);
    expect(saes).toContain("resid_post_3");
    expect(devices.map((it: { device: string }) => it.device)).toContain(auto.device);
  });

  it("knows its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await steerscope(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("ends its engine with itself on an interrupt", async () => {
    writeFileSync(join(folder, "wait.txt"), "please-wait");
    const child = spawn(process.execPath, [join(root, "dist/cli.js"), "inspect", "wait.txt"], {
      cwd: folder,
      env: {
        ...process.env,
        STEERSCOPE_ENGINE_MODULE: join(root, "test/protocol/fake-engine.mjs"),
        STEERSCOPE_CACHE: folder,
        STEERSCOPE_FAKE: "write-pid",
      },
    });
    const pidFile = join(folder, "engine.pid");
    for (let i = 0; i < 300 && !existsSync(pidFile); i++) await sleep(10);
    const pid = Number(readFileSync(pidFile, "utf8"));
    child.kill("SIGINT");
    expect((await once(child, "exit"))[0]).toBe(130);
    for (let i = 0; i < 300 && runs(pid); i++) await sleep(10);
    expect(runs(pid)).toBe(false);
  });
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("steerscope lens", () => {
  it("prints the best guess of every layer after each token, and how it was read", async () => {
    const { status, stdout, stderr } = await steerscope(["lens", "a.txt"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^a\.txt · tinytown \(llama, 4 layers of 8/);
    expect(stdout).toMatch(/^at +token +bits +layer 0 +layer 1 +layer 2 +layer 3$/m);
    expect(stdout).toMatch(/^1:4 +" cat" +[\d.]+ +" layer0guess0" 37 % .* +" layer3guess0" 78 %$/m);
    expect(stdout).toMatch(/^– +"<s>" +" layer0guess0"/m);
    expect(stdout).toContain("Made up.");
  });

  it("shows all layers at one token with --at, and says when there is none", async () => {
    const { status, stdout } = await steerscope(["lens", "a.txt", "--at", "1:6", "--top", "2"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1:4 " cat" · token 2, id \d+ · surprisal [\d.]+ bits$/m);
    expect(stdout).toMatch(/^layer +rank +gives it +guesses$/m);
    expect(stdout).toMatch(/^3 +3 +1\.8 % +" layer3guess0" 77\.9 %, " layer3guess1" 60\.7 %$/m);
    expect(stdout).not.toContain("guess2");
    const none = await steerscope(["lens", "a.txt", "--at", "9:1"]);
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining("no token at 9:1") });
  });

  it("prints one JSON document and nothing else, to the contract", async () => {
    const { status, stdout } = await steerscope(["lens", "a.txt", "--json", ...sae]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(Object.keys(result)).toEqual(["schema", "file", "model", "saes", "lens", "of", "tokens"]);
    expect(result).toMatchObject({ schema: "steerscope.lens/1", file: "a.txt", of: result.tokens.length });
    expect(result.tokens[2]).toMatchObject({ text: " cat", features: expect.any(Array), virtual: false });
    expect(result.tokens[2].layers).toHaveLength(4);
    expect(result.tokens[2].layers[1]).toMatchObject({ next: { rank: 3, logprob: -4 } });
    expect(result.tokens[2].layers[1].guesses).toHaveLength(5);
    expect(result.tokens.at(-1).layers[1].next).toBeNull();
    const missing = await steerscope(["lens", "a.txt", "--model", "missing"]);
    expect(missing).toMatchObject({ status: 1, stdout: "" });
    expect((await steerscope(["lens"])).status).toBe(2);
  });
});

describe("feature stores", () => {
  it("what cannot be scanned is said before anything is loaded", async () => {
    const { status, stdout, stderr } = await steerscope(["scan", "none.jsonl", "--json"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^steerscope: error: There is no file or folder none\.jsonl\./);
    expect((await steerscope(["scan"])).status).toBe(2);
    expect((await steerscope(["scan", "a.txt", "--max-tokens", "0"])).status).toBe(2);
  });

  it("a store that is not there is named", async () => {
    const { status, stderr } = await steerscope(["feature", "toy", "3", "--store", "none.sqlite"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/There is no feature store none\.sqlite\.\n {2}Make one with “steerscope scan”\./);
    expect((await steerscope(["feature", "toy", "three"])).status).toBe(2);
  });

  it("go out as bulk files; what cannot be is said", async () => {
    const identity = { model: { id: "toy", sha256: "aa" }, saes: [], corpus: { files: [] }, seed: 0 };
    const sae = { id: "toy", hook: "blocks.0.hook_mlp_out", architecture: "topk", width: 2, conventions: [] };
    const to = StoreImporter.open(join(folder, "toy.sqlite"), identity as unknown as StoreIdentity, sae);
    to.addLabels(1, [{ text: "a cat", source: "imported", maker: "me", scores: {}, from: null }]);
    to.commit(true);
    const args = ["store", "export", "--store", "toy.sqlite", "--to", "out", "--json"];
    const { status, stdout } = await steerscope(args);
    expect({ status, ...JSON.parse(stdout) }).toEqual({
      status: 0,
      schema: "steerscope.export/1",
      folders: [join("out", "v1", "toy", "0-mlp-toy")],
      features: 2,
      activations: 0,
      explanations: 1,
    });
    expect(existsSync(join(folder, "out/v1/toy/0-mlp-toy/features/batch-0.jsonl.gz"))).toBe(true);
    const again = await steerscope(args);
    expect({ status: again.status, stdout: again.stdout }).toEqual({ status: 1, stdout: "" });
    expect(again.stderr).toMatch(/0-mlp-toy exists\.\n {2}Name another folder with --to/);
    expect((await steerscope([...args, "--format", "csv"])).status).toBe(2);
    const none = await steerscope(["store", "import", "gone", "--store", "s.sqlite", "--sae", "toy"]);
    expect(none.status).toBe(1);
    expect(none.stderr).toMatch(/gone does not exist/);
    expect((await steerscope(["store", "import", "out", "--store", "s.sqlite"])).status).toBe(2);
  });

  it("a search by meaning names the nearest labels, the folder's own too, or says which model is missing", async () => {
    const model = join(root, "test/parity/embedding/facts/bert-mean");
    const args = ["search", "--meaning", "a cat", ...sae];
    const labels = "tinytown:\n  toy:\n    3: a cat\n    4: a tax form\n";
    mkdirSync(join(folder, ".vscode"), { recursive: true });
    writeFileSync(join(folder, ".vscode/steerscope-labels.yaml"), labels);
    const { status, stdout, stderr } = await steerscope([...args, "--embedding-model", model]);
    rmSync(join(folder, ".vscode"), { recursive: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [head, first, second, third] = stdout.split("\n");
    expect(head).toMatch(/^SAE +latent +cosine +fires on +label$/);
    expect(first).toMatch(/^toy +3 +1\.000 .*a cat$/);
    expect(second).toMatch(/^toy +\d+ +1\.000 .*a cat$/);
    expect(third).toMatch(/^toy +4 +0\.\d+ .*a tax form$/);
    expect(stdout).toContain("pooled by the mean over tokens");

    const none = await steerscope([...args, "--json"]);
    expect(none.status).toBe(0);
    expect(JSON.parse(none.stdout)).toMatchObject({ meaning: "a cat", features: [] });
    expect(none.stderr).toMatch(/hf download .*--embedding-model/);
    expect((await steerscope(["search", "rain", "--meaning", "rain"])).status).toBe(2);
    expect((await steerscope(["search", "--meaning", " "])).status).toBe(2);
  });

  it("a search finds what ships with the embedded SAEs, and says where there is no store to search", async () => {
    const shipped = await steerscope(["search", "Anna", "--top", "3", "--json"]);
    expect(shipped.status).toBe(0);
    expect(JSON.parse(shipped.stdout)).toMatchObject({ schema: "steerscope.search/1", words: "Anna" });
    expect(JSON.parse(shipped.stdout).features).toHaveLength(3);
    const { status, stdout, stderr } = await steerscope(["search", "rain", "--sae", "./mine", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ schema: "steerscope.search/1", words: "rain", features: [] });
    expect(stderr).toMatch(/no store to search/);
  });

  it("searches by example texts, and refuses two questions at once", async () => {
    // Of the same text twice something says more than chance.
    const text = "The word lamp begins with the letter l.";
    const like = ["--sae", "toy", "--like", text, "--like", text];
    const { status, stdout } = await steerscope(["search", ...like, "--top", "2", "--json"]);
    expect(status).toBe(0);
    const { features, note } = JSON.parse(stdout);
    expect(features.length).toBeGreaterThan(0);
    for (const { like } of features) expect(like).toHaveLength(2);
    expect(note).toMatch(/log-likelihood/);
    const both = await steerscope(["search", "rain", ...like]);
    expect(both.status).toBe(2);
    expect(both.stderr).toMatch(/one of them/);
    expect((await steerscope(["search", "--alike", "resid_post_3"])).stderr).toMatch(/SAE:INDEX/);
  });
});
