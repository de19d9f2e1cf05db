import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Catalogue } from "../../../server/src/analysis/explore/catalogue.ts";
import { likeness } from "../../../server/src/analysis/explore/likeness.ts";
import { EngineService } from "../../../server/src/engine/service.ts";
import { random } from "../../../server/src/tinytown/random.ts";
import { type ExampleQuery, exampleQueries } from "./example-queries.ts";

const assets = join(import.meta.dirname, "../../../assets");
const folder = join(assets, "tinytown", "saes");
const saes = readdirSync(folder).filter((name) => !name.includes("."));
const seed = 31;
const wanted = 50;

interface Label {
  attribute: string;
  value: string;
  f1: number;
}
/** What each latent stands for, as the generator's spans say. */
const truth = saes.map(
  (name) =>
    JSON.parse(readFileSync(join(folder, name, "steerscope.json"), "utf8")).labels as Record<string, Label>,
);
/** Values that some latent stands for: no search finds what is not there. */
const findable = new Set(
  truth.flatMap((labels) =>
    Object.values(labels).flatMap(({ f1, attribute, value }) => (f1 >= 0.8 ? [`${attribute}/${value}`] : [])),
  ),
);

let cache: string;
let service: EngineService;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "steerscope-search-"));
  service = new EngineService({ memoryBudgetMB: 1024, threads: 1, assets, cache });
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** The attribute of the first latent that is found for a query, labels unseen; undefined for one without a label. */
async function firstHits(queries: ExampleQuery[]): Promise<(string | undefined)[]> {
  const setup = { model: "tinytown", saes, device: "cpu" as const };
  const description = await service.describe(setup, () => {});
  const unnamed = description.saes.map((sae) => ({ ...sae, labels: new Map() }));
  const catalogue = new Catalogue({ saes: unnamed }, new Map());
  const hits: (string | undefined)[] = [];
  for (const { texts } of queries) {
    const asked = { ...setup, texts, token: null };
    const found = likeness(
      catalogue,
      await service.responses(asked, () => {}, { isCancellationRequested: false }),
    );
    const [first] = [...found].sort(([, a], [, b]) => a.rank - b.rank).map(([latent]) => latent);
    const label =
      first === undefined ? undefined : truth[catalogue.saeOf(first)]?.[catalogue.featureOf(first)];
    hits.push(label?.attribute);
  }
  return hits;
}

describe("a search by three example sentences", () => {
  it("finds a latent of the attribute first, for at least 80 % of 50 attribute values that have one", async () => {
    const all = exampleQueries(seed).filter(({ attribute, value }) => findable.has(`${attribute}/${value}`));
    expect(all.length).toBeGreaterThan(wanted);
    const queries = random(seed, "values").sample(all, wanted);
    const hits = await firstHits(queries);
    const missed = queries.flatMap(({ attribute, value }, i) =>
      hits[i] === attribute ? [] : [`${attribute}/${value} → ${hits[i]}`],
    );
    console.log(`found ${wanted - missed.length} of ${wanted}; not: ${missed.join(", ")}`);
    expect(missed.length).toBeLessThanOrEqual(0.2 * wanted);
  }, 120_000);
});
