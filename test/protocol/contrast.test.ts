import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { LSPErrorCodes, type TextDocumentEdit, type WorkspaceEdit } from "vscode-languageserver/node";
import type {
  ContrastAnswer,
  ContrastParams,
  SteeringLayersAnswer,
} from "../../server/src/protocol/contrast.ts";
import type { DecomposeEditAnswer } from "../../server/src/protocol/decompose-edit.ts";
import { parseRecipe } from "../../server/src/steering/recipe/parse.ts";
import { readVectors } from "../../server/src/steering/vectors/read.ts";
import { User } from "./user.ts";

const texts = {
  positive: ["Berta was cheerful and laughed.", "Everyone was glad, and smiled."],
  negative: ["Berta was sad and wept.", "Everyone was gloomy, and sighed."],
};
const capabilities = {
  textDocument: { diagnostic: {} },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true, resourceOperations: ["create" as const] },
  },
};

describe("a contrastive vector for a prompt", () => {
  let user: User;
  let folder: string;
  // Calibrations are measured once.
  const cache = mkdtempSync(join(tmpdir(), "steerscope-contrast-cache-"));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "steerscope-contrast-"));
  });
  afterEach(() => user.leave());

  async function prompt(initializationOptions = {}): Promise<string> {
    user = await User.inBand({ embedded: true, folder, cache, capabilities, initializationOptions });
    return user.open(pathToFileURL(join(folder, "mood.prompt")).href, "Berta walked to the mill. She\n");
  }
  const make = (uri: string, more: Partial<ContrastParams>, source = new CancellationTokenSource()) =>
    user.connection.sendRequest<ContrastAnswer>(
      "steerscope/contrast",
      { textDocument: { uri }, ...more },
      source.token,
    );
  /** The text of a recipe that an edit makes. */
  const recipeIn = (edit: object): string =>
    ((edit as WorkspaceEdit).documentChanges!.find((it) => "edits" in it) as TextDocumentEdit).edits
      .map((it) => ("newText" in it ? it.newText : ""))
      .join("");

  it("names the layers, and of those with an SAE the nearest to the middle", async () => {
    const uri = await prompt();
    const answer = await user.ask<SteeringLayersAnswer>("steerscope/steeringLayers", {
      textDocument: { uri },
    });
    expect(answer).toMatchObject({ model: "tinytown", usual: "blocks.3.hook_resid_post" });
    expect(answer.layers).toHaveLength(6);
    expect(answer.layers[3].saes).toEqual(["resid_post_3"]);
    expect(answer.layers[2].saes).toEqual([]);
  });

  it("is written beside the recipe, which adds it; the recipe can be read and names its figures", async () => {
    const uri = await prompt();
    const answer = await make(uri, { texts, pool: "mean" });
    const { file, vectors, recipe, edit } = answer;
    expect(answer).toMatchObject({
      ...{ title: "Steer towards 2 texts and away from 2 texts", positives: 2, negatives: 2 },
      vectors: [{ hook: "blocks.3.hook_resid_post", stability: expect.any(Number) }],
    });
    expect(file).toBe(join(folder, "mood.contrast.safetensors"));
    const [written] = readVectors(file).vectors;
    expect(written.hook).toBe("blocks.3.hook_resid_post");
    expect(Math.hypot(...written.vector)).toBeCloseTo(vectors[0].norm, 4);
    expect(readVectors(file)).toMatchObject({
      facts: { model: "tinytown", method: "caa" },
      metadata: { pool: "mean", positives: "2" },
    });
    const text = recipeIn(edit);
    expect(parseRecipe(text).recipe!.edits).toMatchObject([
      { source: { kind: "vector", file: "./mood.contrast.safetensors" }, strength: { value: 0.5 } },
    ]);
    expect(text).toMatch(
      /# Steer towards 2 texts .* norm [\d.]+ at blocks\.3\.\S+, halves agree with cosine/,
    );
    // The prompt names the recipe in the same edit.
    expect((edit as WorkspaceEdit).documentChanges).toHaveLength(3);
    writeFileSync(fileURLToPath(recipe), text);
    await user.open(recipe, text);
    expect(await user.diagnostics(recipe)).toEqual([]);
    // Its edit is told in the latents of the SAE there, with the paper's warning and our own way beside it.
    const decomposed = await user.ask<DecomposeEditAnswer>("steerscope/decompose", {
      recipe: { uri: recipe },
    });
    expect(decomposed.text).toContain("# mood.contrast.safetensors in the latents of resid_post_3");
    expect(decomposed.text).toContain("arXiv 2411.08790");
    expect(decomposed.text).toContain("made for residuals of a usual norm");
    const rows = [...decomposed.text.matchAll(/^\| (\d+) \| \d+ \| .* \| -?[\d.]+ \| ([\d.]+) % \|/gm)];
    expect(rows.map((it) => Number(it[1]))).toEqual(rows.map((_, i) => i + 1));
    const left = rows.map((it) => Number(it[2]));
    expect(left.length).toBe(16);
    expect(left).toEqual(left.toSorted((a, b) => b - a));
    expect(left[15]).toBeLessThan(left[0]);
    await expect(user.ask("steerscope/decompose", { recipe: { uri: recipe }, index: 3 })).rejects.toThrow(
      "Edit 3 of the recipe has no vector",
    );
    // Another one does not take its place.
    const other = await make(uri, {
      texts: { positive: ["glad"], negative: ["sad"] },
      hooks: ["blocks.1.hook_resid_post"],
    });
    expect(other).toMatchObject({
      title: "Steer towards “glad” and away from “sad”",
      file: join(folder, "mood.contrast-2.safetensors"),
      vectors: [{ hook: "blocks.1.hook_resid_post", stability: null }],
    });
    // Where the recipe's SAEs read nothing, there is nothing to tell it in.
    const elsewhere =
      "version: 1\nsaes: [resid_post_3]\nedits:\n  - { vector: ./mood.contrast-2.safetensors, strength: 1 }\n";
    const uri2 = await user.open(pathToFileURL(join(folder, "other.steer.yaml")).href, elsewhere);
    await expect(user.ask("steerscope/decompose", { recipe: { uri: uri2 }, index: 0 })).rejects.toThrow(
      "No SAE of this recipe reads blocks.1.hook_resid_post; it has resid_post_3",
    );
  });

  it("is made from a file of examples as the command line makes it", async () => {
    const uri = await prompt();
    const file = join(folder, "pairs.jsonl");
    writeFileSync(
      file,
      texts.positive
        .map((positive, i) => JSON.stringify({ positive, negative: texts.negative[i] }))
        .join("\n"),
    );
    const answer = await make(uri, { file });
    expect(answer).toMatchObject({ title: "Steer by the contrast of pairs.jsonl", positives: 2 });
    const byTexts = await make(uri, { texts });
    expect(answer.vectors).toEqual(byTexts.vectors);
    writeFileSync(file, '{"text":"a","label":"dog"}\n{"text":"b","label":"cat"}\n');
    await expect(make(uri, { file })).rejects.toMatchObject({ data: { code: "contrast-labels" } });
    expect((await make(uri, { file, positive: "cat" })).negatives).toBe(1);
    await expect(make(uri, { file: join(folder, "none.jsonl") })).rejects.toThrow("There is no file");
  });

  it("says what keeps it from being made, writes nothing then, and can be cancelled", async () => {
    const uri = await prompt();
    const same = { positive: ["The end."], negative: ["The end."] };
    await expect(make(uri, { texts: same })).rejects.toMatchObject({ data: { code: "contrast-same" } });
    await expect(make(uri, { texts: { positive: [], negative: ["a"] } })).rejects.toMatchObject({
      data: { code: "contrast-empty" },
    });
    await expect(make(uri, { texts, hooks: ["blocks.9.hook_resid_post"] })).rejects.toMatchObject({
      data: { code: "hook-unknown" },
    });
    await expect(make(uri, {})).rejects.toThrow("either “texts” or “file”");
    await expect(make(uri, { file: "pairs.jsonl" })).rejects.toThrow("absolute path");
    const many = { positive: texts.positive, negative: Array(400).fill(texts.negative[0]) };
    const source = new CancellationTokenSource();
    const long = make(uri, { texts: many }, source);
    setTimeout(() => source.cancel(), 200);
    await expect(long).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(existsSync(join(folder, "mood.contrast.safetensors"))).toBe(false);
  });

  it("is neither written nor read in a workspace that is not trusted", async () => {
    const uri = await prompt({ trusted: false });
    await expect(make(uri, { texts })).rejects.toMatchObject({ data: { code: "workspace-not-trusted" } });
    expect(existsSync(join(folder, "mood.contrast.safetensors"))).toBe(false);
    expect(() => readFileSync(join(folder, "mood.steer.yaml"))).toThrow();
  });
});
