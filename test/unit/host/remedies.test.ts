import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const { commands, configuration } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).contributes;
const server = join(root, "server/src");
const sources = readdirSync(server, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => [file, readFileSync(join(server, file), "utf8")] as const);

it("messages name only commands that the extension has", () => {
  const titles = commands.map((it: { category: string; title: string }) => `${it.category}: ${it.title}`);
  const named = sources.flatMap(([, text]) =>
    [...text.matchAll(/“(Steerscope: [^”]*)”/g)].map((it) => it[1]),
  );
  expect(named.length).toBeGreaterThan(1);
  for (const title of named) expect(titles).toContain(title);
});

it("messages name only settings that there are", () => {
  const named = sources.flatMap(([, text]) =>
    [...text.matchAll(/setting `?(steerscope\.[a-zA-Z]+)/g)].map((it) => it[1]),
  );
  expect(named.length).toBeGreaterThan(0);
  for (const key of named) expect(Object.keys(configuration.properties)).toContain(key);
});

it("no remedy asks to restart the engine, which nobody can do by itself", () => {
  for (const [file, text] of sources) {
    const remedies = text.split("\n").filter((line) => /^\s*("|remedy)/.test(line));
    expect(remedies.join("\n"), file).not.toMatch(/restart(ing)? the (engine|server)/i);
  }
});
