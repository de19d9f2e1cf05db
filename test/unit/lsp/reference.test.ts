import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SteerscopeMethod } from "../../../server/src/protocol/requests.ts";
import { defaultSettings } from "../../../server/src/protocol/settings.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const page = read("docs/reference.md");

/** Names of the properties an interface declares, its nested objects included. */
function properties(file: string, name: string): string[] {
  const source = read(`server/src/protocol/${file}`);
  const start = source.indexOf(`interface ${name} `);
  if (start < 0) throw new Error(`There is no interface ${name} in ${file}.`);
  const body = source.slice(start, source.indexOf("\n}", start)).replace(/\/\*[\s\S]*?\*\//g, "");
  return [...body.matchAll(/(?:^|[{;])\s*(\w+)\??:/gm)].map((match) => match[1]);
}

/** The part of the page under a heading. */
function section(heading: string): string {
  const start = page.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`The page has no heading “${heading}”.`);
  const level = heading.indexOf(" ");
  const rest = page.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, "m"));
  return end < 0 ? rest : rest.slice(0, end);
}

describe("the reference page", () => {
  it("lists every setting with its default, and no other", () => {
    const table = section("## Settings").split("Only in `initializationOptions`")[0];
    const rows = [...table.matchAll(/^\| `([\w.]+)` \| `(.*?)` \|/gm)].map(([, key, value]) => [
      key,
      JSON.parse(value),
    ]);
    const { labels, ...others } = defaultSettings;
    const nested = Object.entries(labels).map(([key, value]) => [`labels.${key}`, value]);
    expect(Object.fromEntries(rows)).toEqual({ ...others, ...Object.fromEntries(nested) });
  });

  it("has a section for every custom request and notification, and for no other", () => {
    const documented = [...page.matchAll(/^### `(steerscope\/\w+)`$/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual(Object.values(SteerscopeMethod).sort());
  });

  it.each([
    ["### `steerscope/inspect`", "InspectParams"],
    ["### `steerscope/inspect`", "InspectAnswer"],
    ["### `steerscope/whereFires`", "WhereFiresParams"],
    ["### `steerscope/whereFires`", "WhereFires"],
    ["### `steerscope/inspect`", "LatentScale"],
    ["### `steerscope/inspect`", "Scale"],
    ["### `steerscope/feature`", "FeatureParams"],
    ["### `steerscope/tryFeature`", "TryFeatureParams"],
    ["### `steerscope/tryFeature`", "TriedFeature"],
    ["### `steerscope/tryFeature`", "TriedToken"],
    ["### `steerscope/labelFeature`", "LabelFeatureParams"],
    ["### `steerscope/labelFeature`", "LabelledFeature"],
    ["### `steerscope/explainFeature`", "ExplainFeatureParams"],
    ["### `steerscope/explainFeature`", "ExplainedFeature"],
    ["### `steerscope/complete`", "CompleteParams"],
    ["### `steerscope/complete`", "ChatMessage"],
    ["### `steerscope/complete`", "Completed"],
    ["### `steerscope/scan`", "ScanParams"],
    ["### `steerscope/scan`", "ScanAnswer"],
    ["### `steerscope/setup`", "SetupAnswer"],
    ["### `steerscope/analysed`", "Analysed"],
    ["### `steerscope/status`", "EngineStatus"],
  ])("%s names every property of %s", (heading, type) => {
    const names = properties("requests.ts", type);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section(heading)).toContain(`\`${name}\``);
  });

  it.each([
    ["### `steerscope/decompose`", "DecomposeEditParams"],
    ["### `steerscope/decompose`", "DecomposeEditAnswer"],
  ])("%s names every property of %s in decompose-edit.ts", (heading, type) => {
    const names = properties("decompose-edit.ts", type);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section(heading)).toContain(`\`${name}\``);
  });

  it.each([
    ["### `steerscope/steeringLayers`", "SteeringLayersParams"],
    ["### `steerscope/steeringLayers`", "SteeringLayer"],
    ["### `steerscope/steeringLayers`", "SteeringLayersAnswer"],
    ["### `steerscope/contrast`", "ContrastParams"],
    ["### `steerscope/contrast`", "ContrastVector"],
    ["### `steerscope/contrast`", "ContrastAnswer"],
  ])("%s names every property of %s in contrast.ts", (heading, type) => {
    const names = properties("contrast.ts", type);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section(heading)).toContain(`\`${name}\``);
  });

  it.each([
    ["### `steerscope/tokens`", "TokensParams"],
    ["### `steerscope/tokens`", "TokensAnswer"],
    ["### `lens --json`: schema `steerscope.lens/1`", "LensResult"],
    ["### `lens --json`: schema `steerscope.lens/1`", "LensToken"],
    ["### `lens --json`: schema `steerscope.lens/1`", "LensCell"],
  ])("%s names every property of %s", (heading, type) => {
    const names = properties("lens.ts", type).filter((name) => name !== "schema");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      expect(section(heading)).toMatch(new RegExp(`\`(\\w+\\[\\]\\.)*(\\w+\\.)?${name}(\\[\\])*\``));
  });

  it.each([
    "FeaturesParams",
    "FeatureQuery",
    "Contrast",
    "ContrastPlace",
    "FeaturesAnswer",
    "ExplorerRow",
  ])("names every property of %s", (type) => {
    const names = properties("explore.ts", type);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section("### `steerscope/features`")).toContain(`\`${name}\``);
  });

  it.each(["InspectResult", "InspectToken", "InspectFeature"])("names every property of %s", (type) => {
    const text = section("### `inspect --json`: schema `steerscope.inspect/1`");
    for (const name of properties("inspect.ts", type)) {
      if (name !== "schema") expect(text).toMatch(new RegExp(`\`(\\w+\\[\\]\\.|\\w+\\.)?${name}(\\[\\])?\``));
    }
  });

  it.each([
    "FeatureResult",
    "LabelEvidence",
    "LabelScoring",
    "FeatureFigures",
    "FeatureStatistics",
    "FeatureExample",
    "FeatureWeights",
    "FeatureScores",
    "PromptScore",
  ])("names every property of %s", (type) => {
    const names = properties("feature.ts", type).filter((name) => name !== "schema");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section("### Schema `steerscope.feature/1`")).toContain(`\`${name}\``);
  });

  it.each([
    ["### `steerscope/compare`", "CompareParams"],
    ["### `steerscope/compare`", "CompareAnswer"],
    ["### `steerscope/sweep`", "SweepParams"],
    ["### `steerscope/generated`", "GeneratedNews"],
    ["### `steerscope/setStrengths`", "SetStrengthsParams"],
    ["### `steerscope/setStrengths`", "SetStrengthsAnswer"],
    ["### `generate --json`: schema `steerscope.generate/1`", "WritingFacts"],
    ["### `generate --json`: schema `steerscope.generate/1`", "GenerateResult"],
    ["### `generate --json`: schema `steerscope.generate/1`", "ComparedEdit"],
    ["### `generate --json`: schema `steerscope.generate/1`", "WrittenSample"],
    ["### `compare --json`: schema `steerscope.compare/1`", "CompareResult"],
    ["### `compare --json`: schema `steerscope.compare/1`", "Behaviour"],
    ["### `compare --json`: schema `steerscope.compare/1`", "MovedLatent"],
    ["### `compare --json`: schema `steerscope.compare/1`", "SweepPoint"],
    ["### `compare --json`: schema `steerscope.compare/1`", "Verdict"],
  ])("%s names every property of %s", (heading, type) => {
    const names = properties("compare.ts", type).filter((name) => name !== "schema");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section(heading)).toMatch(new RegExp(`\`${name}(\\[\\])?\``));
  });

  it.each(["TestResult", "CheckOutcome", "ExpectationOutcome"])("names every property of %s", (type) => {
    const names = properties("checks.ts", type).filter((name) => name !== "schema");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      expect(section("### `test --json`: schema `steerscope.test/1`")).toContain(`\`${name}`);
  });

  it.each([
    ["checks.ts", "### `steerscope/recipeChecks`", "ListedCheck"],
    ["requests.ts", "### `steerscope/recipeChecks`", "RecipeChecksParams"],
    ["requests.ts", "### `steerscope/testRecipe`", "TestRecipeParams"],
    ["steer-feature.ts", "### `steerscope/steerFeature`", "SteerFeatureParams"],
    ["steer-feature.ts", "### `steerscope/steerFeature`", "SteerFeatureAnswer"],
  ])("%s: %s names every property of %s", (file, heading, type) => {
    const names = properties(file, type);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(section(heading)).toContain(`\`${name}\``);
  });

  it("names every property of a search's rows and of a scan's outcome", () => {
    const text = section("### Feature stores");
    for (const name of properties("feature.ts", "FeatureSummary")) expect(text).toContain(`\`${name}\``);
    const outcome = ["state", "store", "shards", "documents", "tokens", "added"];
    for (const name of outcome) expect(text).toContain(`\`${name}\``);
  });

  it("names every property of what goes in and out of a store", () => {
    const text = section("### Stores in and out");
    for (const [file, type] of [
      ["import.ts", "ImportOutcome"],
      ["export.ts", "ExportOutcome"],
    ])
      for (const name of properties(`../scan/exchange/${file}`, type)) expect(text).toContain(`\`${name}\``);
  });

  it("names every property of what is said of steering vectors", () => {
    const text = section("### Steering vectors");
    const types = ["DecompositionResult", "EncodedVector", "TermOfVector"];
    const names = types.flatMap((type) => properties("../steering/methods/decompose.ts", type));
    const facts = properties("../steering/vectors/types.ts", "VectorFacts");
    const others = ["norm", "medianNorm", "alsoOnZero", "alsoScaled", "cosine", "fvu", "fvuWithoutBias"];
    const caa = ["positives", "negatives", "paired", "stability"];
    expect(names.length).toBeGreaterThan(8);
    for (const name of [...names, ...facts, ...others, ...caa]) expect(text).toContain(`\`${name}`);
  });

  it("names every property of a problem and every state of the engine", () => {
    for (const name of properties("problem.ts", "Problem"))
      expect(section("### Problems")).toContain(`\`${name}\``);
    const states = /interface EngineStatus \{\s+state: (.*);/
      .exec(read("server/src/protocol/requests.ts"))![1]
      .match(/\w+/g)!;
    for (const state of states) expect(section("### `steerscope/status`")).toContain(`\`${state}\``);
  });
});
