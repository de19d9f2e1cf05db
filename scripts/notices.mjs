/** The licences of what the extension contains besides our own code. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Folders of the packages that source files belong to.
 * @param {string[]} files paths from `root`
 */
export function packagesOf(files, root) {
  // The last node_modules of a path: a package may have its own copy of another.
  const folders = files.map(
    (file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.resolve(root, file))?.[0],
  );
  return [...new Set(folders)].filter((folder) => folder !== undefined);
}

/**
 * The text of THIRD-PARTY-NOTICES.
 * @param {string[]} folders of packages
 * @throws {Error} for a package that does not say its licence: it must not be shipped unseen
 */
export function notices(folders) {
  const entries = folders.map(entryOf).sort((a, b) => (a.title < b.title ? -1 : 1));
  const unique = entries.filter((entry, i) => entry.title !== entries[i - 1]?.title);
  const line = "-".repeat(80);
  return [
    "Steerscope contains code of the packages below, under their own licences.",
    ...unique.map(({ title, texts }) => [line, title, "", ...texts].join("\n")),
    "",
  ].join("\n\n");
}

function entryOf(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(path.join(folder, "package.json"), "utf8"),
  );
  if (!license) throw new Error(`${name} ${version} does not say its licence.`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(path.join(folder, file), "utf8").trim());
  const holder = typeof author === "object" ? author?.name : author;
  if (texts.length === 0 && holder) texts.push(`Copyright ${holder}`);
  return { title: `${name} ${version} (${license})`, texts };
}
