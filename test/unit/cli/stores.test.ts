import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StoreIdentity } from "../../../server/src/store/identity.ts";
import { StoreImporter } from "../../../server/src/store/importer.ts";
import { folder, root, sae, steerscope } from "./run-cli.ts";

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
