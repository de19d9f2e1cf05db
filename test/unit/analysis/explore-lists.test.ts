import { describe, expect, it } from "vitest";
import { Catalogue } from "../../../server/src/analysis/explore/catalogue.ts";
import { Explorer } from "../../../server/src/analysis/explore/explorer.ts";
import { complete, isWhole, nothingFound } from "../../../server/src/analysis/explore/list.ts";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import type { SaeInfo } from "../../../server/src/protocol/engine.ts";
import type { FeatureQuery } from "../../../server/src/protocol/explore.ts";

const labels = new Map([1, 2, 3].map((it) => [it, { text: `cat ${it}`, maker: "test" }]));
const catalogue = new Catalogue({ saes: [{ id: "a", width: 5, labels } as unknown as SaeInfo] }, new Map());

describe("lists that are asked for side by side", () => {
  const explorer = new Explorer();
  const query = complete({ words: "cat" }, 0.1);

  it("are made once", async () => {
    let made = 0;
    const find = async () => {
      made++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      return { ...nothingFound, notes: [] };
    };
    const [one, other] = await Promise.all(["", ""].map((it) => explorer.list(catalogue, query, it, find)));
    expect(other).toBe(one);
    expect(made).toBe(1);
  });

  it("are made for the second where the first gave up, and fail for both where they fail", async () => {
    const failing = (error: Error) => async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      throw error;
    };
    const gaveUp = explorer.list(catalogue, query, "cancelled", failing(new CancelledError()));
    const wants = explorer.list(catalogue, query, "cancelled", async () => ({ ...nothingFound, notes: [] }));
    await expect(gaveUp).rejects.toThrow(CancelledError);
    expect((await wants).latents).toHaveLength(3);
    const asked = [1, 2].map(() => explorer.list(catalogue, query, "broken", failing(new Error("broken"))));
    for (const it of asked) await expect(it).rejects.toThrow("broken");
    expect(
      (await explorer.list(catalogue, query, "broken", async () => ({ ...nothingFound, notes: [] }))).notes,
    ).toEqual([]);
  });

  it("tells analyses apart that have the same version", () => {
    const [a, b] = [{}, {}];
    expect(explorer.identity(a)).toBe(explorer.identity(a));
    expect(explorer.identity(b)).not.toBe(explorer.identity(a));
  });
});

it.each<[FeatureQuery, boolean]>([
  [{}, true],
  [{ sort: "score", reversed: true, words: " ", denseAbove: 0.5, examples: " ", promotes: "" }, true],
  [{ labelled: false }, false],
  [{ words: "x" }, false],
  [{ promotes: " " }, false],
  [{ sae: "a" }, false],
])("a query %j asks for all: %s", (query, expected) => {
  expect(isWhole(complete(query, 0.1))).toBe(expected);
});
