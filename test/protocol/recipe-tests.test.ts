import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { LSPErrorCodes } from "vscode-languageserver/node";
import type { ListedCheck, TestResult } from "../../server/src/protocol/checks.ts";
import { User } from "./user.ts";

/** A recipe for the embedded model, with a check of each kind. */
const recipe = `version: 1
model: tinytown
saes: [resid_post_3]
edits:
  - token: " cheerful"
    layers: [3]
    strength: 0.5
checks:
  - name: passes
    prompt: "It was a quiet morning."
    samples: 2
    maxTokens: 8
    expect: [{ lacks: "no such words" }, { klBelow: 100 }]
  - name: fails
    prompt: "It was a quiet morning."
    samples: 2
    maxTokens: 8
    expect:
      - klBelow: 0
  - name: cannot be judged
    prompt: "It was a quiet morning."
    samples: 1
    maxTokens: 2
    expect: [{ judge: beauty/plain }]
`;

const folder = mkdtempSync(join(tmpdir(), "steerscope-checks-"));
const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
let user: User;
beforeAll(async () => {
  user = await User.inBand({ embedded: true, folder, settings: { device: "cpu" } });
}, 60_000);
afterAll(async () => {
  await user.leave();
  rmSync(folder, { recursive: true });
});

const list = (uri: string) => user.ask<ListedCheck[]>("steerscope/recipeChecks", { recipe: { uri } });
const test = (uri: string, checks?: unknown, token?: CancellationTokenSource["token"]) =>
  user.ask<TestResult>("steerscope/testRecipe", { recipe: { uri }, ...(checks ? { checks } : {}) }, token);

describe("the checks of a recipe", () => {
  it("are listed from its file, and from its text in the editor where it is open", async () => {
    writeFileSync(join(folder, "listed.steer.yaml"), recipe);
    const uri = uriOf("listed.steer.yaml");
    expect(await list(uri)).toMatchObject([
      { name: "passes", index: 0, range: { start: { line: 8 } } },
      { name: "fails", index: 1 },
      { name: "cannot be judged", index: 2 },
    ]);
    await user.open(uri, recipe.replace("name: passes", "name: renamed"));
    expect((await list(uri))[0].name).toBe("renamed");
    await expect(list(uriOf("none.steer.yaml"))).rejects.toMatchObject({
      code: LSPErrorCodes.RequestFailed,
      message: expect.stringContaining("none.steer.yaml"),
    });
    await expect(list("untitled:x")).rejects.toThrow("is no file");
  });

  it("run one by one or all: what passes, what fails, and what cannot be run, each with its reason", async () => {
    writeFileSync(join(folder, "a.steer.yaml"), recipe);
    const uri = uriOf("a.steer.yaml");
    const all = await test(uri);
    expect(all).toMatchObject({ schema: "steerscope.test/1", model: "tinytown", passed: false });
    expect(all.checks.map(({ name, passed, error }) => [name, passed, error === null])).toEqual([
      ["passes", true, true],
      ["fails", false, true],
      ["cannot be judged", false, false],
    ]);
    const [passes, fails, unknown] = all.checks;
    expect(passes.samples).toHaveLength(2);
    expect(passes.expectations.map(({ measured }) => measured)[0]).toBe("2 of 2");
    // Steering moved it: the KL that is too large for one check is within the other's bound.
    expect(Number(fails.expectations[0].measured)).toBeGreaterThan(0);
    expect(fails.expectations[0]).toMatchObject({ passed: false, range: { start: { line: 18 } } });
    expect(unknown.error).toContain("beauty");
    const one = await test(uri, [0]);
    expect(one).toMatchObject({ passed: true, checks: [{ name: "passes" }] });
    expect(one.checks[0].samples).toEqual(passes.samples);
  }, 120_000);

  it("run with the recipe's text in the editor", async () => {
    writeFileSync(join(folder, "open.steer.yaml"), recipe);
    const uri = await user.open(uriOf("open.steer.yaml"), recipe);
    await user.edit(uri, "no such words", "e");
    expect(await test(uri, [0])).toMatchObject({ passed: false, checks: [{ passed: false }] });
    // Switched off, the recipe changes nothing.
    await user.edit(uri, "strength: 0.5", "strength: 0.5\n    enabled: false");
    const [fails] = (await test(uri, [1])).checks;
    expect(fails.expectations[0].measured).toBe("0");
  }, 120_000);

  it("do not run for a recipe with an error, for one without checks, and for places that are none", async () => {
    const uri = await user.open(uriOf("wrong.steer.yaml"), recipe.replace(" cheerful", " two words here"));
    const { checks } = await test(uri, [0]);
    expect(checks[0]).toMatchObject({ passed: false, error: expect.stringContaining("token") });
    const broken = await user.open(uriOf("broken.steer.yaml"), recipe.replace("strength:", "strenght:"));
    await expect(test(broken)).rejects.toMatchObject({ code: LSPErrorCodes.RequestFailed });
    const bare = await user.open(uriOf("bare.steer.yaml"), "version: 1\nedits: []\n");
    await expect(test(bare)).rejects.toMatchObject({ data: { code: "recipe-no-checks" } });
    await expect(test(uri, "all")).rejects.toThrow("list of places");
  }, 60_000);

  it("end when they are cancelled", async () => {
    const long = recipe.replace("samples: 2\n    maxTokens: 8", "samples: 200\n    maxTokens: 400");
    const uri = await user.open(uriOf("long.steer.yaml"), long);
    const source = new CancellationTokenSource();
    const running = test(uri, [0], source.token);
    source.cancel();
    await expect(running).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect((await test(uriOf("a.steer.yaml"), [0])).passed).toBe(true);
  }, 60_000);
});
