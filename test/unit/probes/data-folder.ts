import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { ProblemError } from "../../../server/src/host/problem-error.ts";
import { prepareData } from "../../../server/src/probes/data/prepare.ts";
import { readExamples } from "../../../server/src/probes/data/read.ts";
import type { Example } from "../../../server/src/probes/data/types.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";

/** The folder of the data, another one for each test. */
export const place = { folder: "" };
beforeEach(() => {
  place.folder = mkdtempSync(join(tmpdir(), "steerscope-probe-data-"));
});
afterEach(() => rmSync(place.folder, { recursive: true }));

export function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(place.folder, name)), { recursive: true });
  writeFileSync(join(place.folder, name), content);
}
export const jsonl = (records: object[]) => records.map((it) => `${JSON.stringify(it)}\n`).join("");

export function specOf(text: string) {
  const { spec, problems } = parseProbe(text);
  expect(problems).toEqual([]);
  return spec!;
}
export const read = (text: string) => readExamples(specOf(text), { folder: place.folder });
export const prepare = (text: string) => prepareData(specOf(text), { folder: place.folder });
export const codes = async (text: string) => (await prepare(text)).problems.map(({ code }) => code);
export const short = ({ text, span, label, group, source }: Example) => ({
  said: span ? text.slice(...span) : text,
  label,
  group,
  where: source.where,
});

export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason) => reason,
  );
  if (!(error instanceof ProblemError)) throw error ?? new Error("It was not refused.");
  return `${error.problem.code}: ${error.problem.message} ${error.problem.remedy}`.replaceAll(
    place.folder,
    "",
  );
}

/** A word and its label, n of each class, all texts different. */
export const examples = (n: number, classes = ["bad", "good"]) =>
  classes.flatMap((label) => Array.from({ length: n }, (_, i) => ({ text: `${label} text ${i}`, label })));
