import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stepOf, steps } from "../../../client/src/shading.ts";
import { defaultSettings } from "../../../server/src/protocol/settings.ts";

const root = join(import.meta.dirname, "../../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const properties = manifest.contributes.configuration.properties as Record<
  string,
  { default: unknown; scope: string; markdownDescription: string }
>;

it("every setting of the server is offered, with the same default and a description", () => {
  const { labels, ...others } = defaultSettings;
  const nested = Object.entries(labels).map(([key, value]) => [`labels.${key}`, value] as const);
  for (const [key, value] of [...Object.entries(others), ...nested]) {
    expect(properties[`steerscope.${key}`]?.default, key).toEqual(value);
    expect(properties[`steerscope.${key}`].markdownDescription.length, key).toBeGreaterThan(10);
  }
});

it("activates for every kind of file that can be a prompt, and its own code starts nothing for others", () => {
  const events: string[] = manifest.activationEvents;
  for (const language of ["dotprompt", "prompty", "prompt", "instructions", "markdown", "yaml", "plaintext"])
    expect(events).toContain(`onLanguage:${language}`);
  expect(events).not.toContain("*");
});

it("every command of the manifest is registered, and no other", () => {
  const source = readFileSync(join(root, "client/src/extension.ts"), "utf8");
  const registered = [...source.matchAll(/command\("(\w+)"/g)].map((match) => `steerscope.${match[1]}`);
  const offered = manifest.contributes.commands.map(({ command }: { command: string }) => command);
  expect(registered.toSorted()).toEqual(offered.toSorted());
});

it("has the icon it names, and packages it", () => {
  expect(existsSync(join(root, manifest.icon))).toBe(true);
  expect(readFileSync(join(root, ".vscodeignore"), "utf8")).toContain("!assets/icons/*.png");
});

it("who labels, and with which key, is the user's own to say: no workspace can have examples or a key sent anywhere", () => {
  const keys = Object.keys(properties).filter((key) => key.startsWith("steerscope.labels."));
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(properties[key].scope, key).toBe("machine");
});

it("what an untrusted workspace may not set includes every path", () => {
  expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(
    expect.arrayContaining([
      "steerscope.model",
      "steerscope.saes",
      "steerscope.files",
      "steerscope.embeddingModel",
      "steerscope.probes",
    ]),
  );
});

it.each([
  [0, 10, 0],
  [-1, 10, 0],
  [0.01, 10, 1],
  [5, 10, steps / 2],
  [10, 10, steps],
  [99, 10, steps],
  [1, 0, 0],
])("activation %f of %f is shade %i", (activation, scale, step) => {
  expect(stepOf(activation, scale)).toBe(step);
});
