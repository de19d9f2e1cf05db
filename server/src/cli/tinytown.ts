import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { ProblemError } from "../host/problem-error.ts";
import { generate, type Kind, type Split } from "../tinytown/index.ts";
import { judge } from "../tinytown/judge/judge.ts";
import type { JudgedAttribute } from "../tinytown/judge/types.ts";

export interface TextOptions {
  kind?: Kind[];
  n: number;
  seed: number;
  split: Split;
  jsonl?: boolean;
}

export interface JudgeOptions {
  attribute: JudgedAttribute;
  json?: boolean;
}

/** `steerscope tinytown text`: labelled documents as JSON lines, or their text alone with a blank line between. */
export async function tinytownText({ kind, n, seed, split, jsonl }: TextOptions): Promise<void> {
  let pending: string[] = [];
  for (const document of generate({ kinds: kind, n, seed, split })) {
    pending.push(jsonl ? JSON.stringify(document) : `${document.text.trimEnd()}\n`);
    if (pending.length === 1000) {
      await write(pending);
      pending = [];
    }
  }
  if (pending.length > 0) await write(pending);
}

/** Waits for a slow reader, so that a long draw does not pile up in memory. */
async function write(lines: readonly string[]): Promise<void> {
  if (process.stdout.write(`${lines.join("\n")}\n`)) return;
  await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
}

/** `steerscope tinytown judge`. */
export async function tinytownJudge(file: string, { attribute, json }: JudgeOptions): Promise<void> {
  const text = file === "-" ? await readAll(process.stdin) : await read(file);
  const judgement = judge(text, attribute);
  if (json) {
    console.log(JSON.stringify(judgement, null, 2));
    return;
  }
  const shares = Object.entries(judgement.scores).sort((a, b) => b[1] - a[1]);
  console.log(`${attribute}: ${judgement.value ?? "none"}`);
  for (const [value, share] of shares) {
    console.log(`  ${value}: ${Math.round(share * judgement.sentences)} of ${judgement.sentences} sentences`);
  }
  for (const { start, end, value } of judgement.evidence) {
    console.log(`  ${start}-${end} ${value}: ${JSON.stringify(text.slice(start, end))}`);
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ProblemError({
      code: "file-unreadable",
      message: code === "ENOENT" ? `There is no file ${file}.` : `${file} cannot be read: ${message}.`,
      remedy: "Give the path of a text file, or - for standard input.",
      subject: "prompt",
    });
  }
}
