import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { Catalogue } from "../../../server/src/analysis/explore/catalogue.ts";
import {
  embeddingFile,
  keepEmbeddings,
  readEmbeddings,
} from "../../../server/src/analysis/explore/embedding-file.ts";
import { complete, isWhole, list, nothingFound } from "../../../server/src/analysis/explore/list.ts";
import { MeaningSearch } from "../../../server/src/analysis/explore/meaning.ts";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import type { EmbeddingModel } from "../../../server/src/hub/embedding-models.ts";
import type { EmbedParams } from "../../../server/src/protocol/embedding.ts";
import type { SaeInfo } from "../../../server/src/protocol/engine.ts";
import { analysed } from "./fixtures.ts";

let cache: string;
let asked: string[][];
let released: number;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "steerscope-meaning-"));
  asked = [];
  released = 0;
});
afterEach(() => rmSync(cache, { recursive: true }));

/** What the words that are known here mean, in two dimensions. */
const meanings: Record<string, [number, number]> = { joy: [1, 0], glee: [0.8, 0.6], tax: [0, 1] };
const model: EmbeddingModel = {
  ...{ id: "m", folder: "/none", file: "model.onnx", pooling: "mean" },
  prefixes: { query: "query: ", passage: "passage: " },
};
const host = {
  embed: async ({ texts }: EmbedParams, token?: { isCancellationRequested: boolean }) => {
    if (token?.isCancellationRequested) throw new CancelledError();
    asked.push(texts);
    const vectors = texts.flatMap((text) => meanings[text.split(" ")[1]] ?? [Math.SQRT1_2, Math.SQRT1_2]);
    return { vectors: Float32Array.from(vectors), width: 2, pooling: "mean" as const, longest: 512 };
  },
  embedded: () => {
    released++;
  },
};
const search = () => new MeaningSearch(host, async () => cache);

function catalogue(labels: [number, string][], own: [number, string][] = []): Catalogue {
  const [known] = analysed([{ text: "a" }]).description.saes;
  const sae: SaeInfo = {
    ...{ ...known, id: "s", width: 1000, maximum: null, frequency: null },
    labels: new Map(labels.map(([feature, text]) => [feature, { text, maker: "x" }])),
  };
  const evidence = { source: "user", maker: "you", scores: {}, from: null } as const;
  return new Catalogue(
    { saes: [sae] },
    new Map([["s", new Map(own.map(([feature, text]) => [feature, { ...evidence, text }]))]]),
  );
}

describe("labels by meaning", () => {
  it("are those of any source, the nearest of a latent's counts, and best comes first", async () => {
    const all = catalogue(
      [
        [4, "tax"],
        [5, "glee"],
        [6, "tax"],
      ],
      [
        [6, "joy"],
        [9, "glee"],
      ],
    );
    const { cosines, note } = await search().find(all, "joy", model);
    expect([...cosines].toSorted(([a], [b]) => a - b)).toEqual([
      [4, 0],
      [5, expect.closeTo(0.8)],
      [6, 1],
      [9, expect.closeTo(0.8)],
    ]);
    const query = complete({ meaning: "joy" }, 0.1);
    expect(query.sort).toBe("match");
    expect(isWhole(query)).toBe(false);
    const found = { ...nothingFound, meaning: cosines };
    expect([...list(all, query, found)]).toEqual([6, 5, 9, 4]);
    expect([...list(all, { ...query, words: "glee" }, found)]).toEqual([5, 9]);
    expect([...list(all, { ...query, reversed: true }, found)]).toEqual([4, 5, 9, 6]);
    const both = catalogue(
      [
        [1, "joy"],
        [2, "tax"],
      ],
      [[2, "joy"]],
    );
    for (const query of ["joy", "tax"])
      expect((await search().find(both, query, model)).cosines.get(2)).toBe(1);
    expect(note).toMatch(
      /m \(model\.onnx\), pooled by the mean over tokens, after “query: ” and “passage: ”/,
    );
  });

  it("are embedded once, each text once, after the prefixes; also by another process", async () => {
    const labels: [number, string][] = [
      [1, "tax"],
      [2, "joy"],
      [3, "tax"],
    ];
    const own = search();
    await own.find(catalogue(labels), "glee", model);
    expect(asked).toEqual([["passage: tax", "passage: joy"], ["query: glee"]]);
    expect(released).toBe(1);
    asked = [];
    await own.find(catalogue(labels), "joy", model);
    expect(asked).toEqual([["query: joy"]]);
    asked = [];
    await search().find(catalogue([...labels, [4, "new"]]), "joy", model);
    expect(asked).toEqual([["passage: new"], ["query: joy"]]);
    asked = [];
    await search().find(catalogue(labels), "joy", { ...model, id: "another" });
    expect(asked[0]).toEqual(["passage: tax", "passage: joy"]);
  });

  it("keeps what a search embedded before it was cancelled, and gives the model back", async () => {
    const many = catalogue(Array.from({ length: 600 }, (_, i) => [i, `label ${i}`]));
    const source = new CancellationTokenSource();
    const told: number[][] = [];
    const wanted = search().find(many, "joy", model, source.token, (done, total) => {
      told.push([done, total]);
      if (done >= 256) source.cancel();
    });
    await expect(wanted).rejects.toBeInstanceOf(CancelledError);
    expect(told).toEqual([
      [0, 600],
      [256, 600],
    ]);
    expect(released).toBe(1);
    asked = [];
    await search().find(many, "joy", model);
    expect(asked.flat()).toHaveLength(600 - 256 + 1);
    expect(asked[0][0]).toBe("passage: label 256");
  });

  it("are not kept where the model is replaced while they are embedded", async () => {
    const own = { ...model, folder: cache };
    writeFileSync(join(cache, "model.onnx"), "");
    const replacing: typeof host = {
      ...host,
      embed: async (params, token) => {
        writeFileSync(join(cache, "model.onnx"), "another");
        return host.embed(params, token);
      },
    };
    const few = catalogue([[1, "tax"]]);
    const wanted = new MeaningSearch(replacing, async () => cache).find(few, "joy", own);
    await expect(wanted).rejects.toThrow("changed while labels were embedded");
    await expect(new MeaningSearch(host, async () => cache).find(few, "joy", own)).resolves.toBeDefined();
    expect(asked.filter(([text]) => text === "passage: tax")).toHaveLength(2);
  });

  it("are embedded again where what was kept is broken, and where nothing can be kept", async () => {
    const few = catalogue([[1, "tax"]]);
    await search().find(few, "joy", model);
    const folder = join(cache, "embeddings");
    const [name] = readdirSync(folder);
    expect(readdirSync(folder)).toHaveLength(1);
    truncateSync(join(folder, name), 20);
    asked = [];
    await search().find(few, "joy", model);
    expect(asked.flat()).toEqual(["passage: tax", "query: joy"]);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "a file in the place of the folder");
    expect((await search().find(few, "joy", model)).cosines.get(1)).toBe(0);
  });
});

describe("the file of embeddings", () => {
  const texts = ["a", "line\nbreak", "日本"];
  const vectors = () => new Map(texts.map((text, i) => [text, Float32Array.of(i, i + 0.5, -i)]));

  it("gives back what was kept, to the bit", () => {
    const file = embeddingFile(cache, "x");
    expect(readEmbeddings(file)).toBeNull();
    keepEmbeddings(file, { width: 3, vectors: vectors() }, new Set());
    expect(readEmbeddings(file)).toEqual({ width: 3, vectors: vectors() });
    expect(embeddingFile(cache, "y")).not.toBe(file);
  });

  it("is ignored where a byte of it is another", () => {
    const file = embeddingFile(cache, "x");
    keepEmbeddings(file, { width: 3, vectors: vectors() }, new Set());
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += 7) {
      const broken = Buffer.from(whole);
      broken[at] ^= 1;
      writeFileSync(file, broken);
      expect(readEmbeddings(file), `byte ${at}`).toBeNull();
    }
    writeFileSync(file, whole.subarray(0, whole.length - 4));
    expect(readEmbeddings(file)).toBeNull();
    writeFileSync(file, "");
    expect(readEmbeddings(file)).toBeNull();
  });

  it("leaves no part behind where it cannot be written", () => {
    const file = embeddingFile(cache, "x");
    mkdirSync(file, { recursive: true });
    keepEmbeddings(file, { width: 3, vectors: vectors() }, new Set());
    expect(readdirSync(join(cache, "embeddings"))).toEqual([file.split("/").at(-1)]);
  });

  it("holds no more than so many texts, and those in use before others", () => {
    const file = embeddingFile(cache, "x");
    const many = new Map(Array.from({ length: 100_050 }, (_, i) => [String(i), Float32Array.of(i)]));
    keepEmbeddings(file, { width: 1, vectors: many }, new Set(["0", "7"]));
    const { vectors: kept } = readEmbeddings(file)!;
    expect(kept.size).toBe(100_000);
    expect(["0", "1", "7", "51", "52", "100049"].map((text) => kept.get(text)?.[0])).toEqual([
      ...[0, undefined, 7, undefined, 52, 100_049],
    ]);
  });
});
