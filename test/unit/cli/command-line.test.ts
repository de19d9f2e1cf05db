import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { folder, prompt, root, sae, steerscope } from "./run-cli.ts";

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
