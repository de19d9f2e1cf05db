/**
 * The feature store that ships with the embedded SAEs, so that a feature panel is full when it is opened first: a scan of text
 * of the embedded model's own kind, trimmed. It follows from what is in the repository, so it is made here and not kept there.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { changedSince, root, run } from "./setup.mjs";

const folder = path.join(root, "assets/tinytown");
export const shippedStore = path.join(folder, "features.sqlite");
const stamp = path.join(root, "dist/shipped-store");
const documents = "2400";
const seed = "1201";
const tokens = "40000";

/** Makes the store anew where the model, its SAEs or what a store is have changed since it was made. */
export function ensureShippedStore(node) {
  const inputs = ["server/src/store/schema.ts", "server/src/protocol/scan.ts", "scripts/shipped-store.mjs"];
  const assets = [path.join(folder, "model"), path.join(folder, "saes")];
  const isStale = changedSince(stamp, [...inputs.map((it) => path.join(root, it)), ...assets]);
  if (!isStale && existsSync(shippedStore)) return;
  const started = new Date();
  console.error("Scanning text with the embedded SAEs (once) …");
  const work = mkdtempSync(path.join(tmpdir(), "steerscope-store-"));
  try {
    const cli = path.join(root, "dist/cli.js");
    const drawn = ["tinytown", "text", "--n", documents, "--seed", seed, "--jsonl"];
    const { stdout, status } = spawnSync(node, [cli, ...drawn], {
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error("No text could be drawn for the shipped store.");
    const corpus = path.join(work, "tinytown.jsonl");
    writeFileSync(corpus, stdout);
    const names = readdirSync(path.join(folder, "saes"), { withFileTypes: true });
    const saes = names.filter((it) => it.isDirectory()).flatMap(({ name }) => ["--sae", name]);
    const whole = path.join(work, "whole.sqlite");
    run(node, [cli, "scan", corpus, ...saes, "--store", whole, "--max-tokens", tokens, "--scores"]);
    rmSync(shippedStore, { force: true });
    run(node, [cli, "store", "trim", "--store", whole, "--to", shippedStore]);
    writeFileSync(stamp, started.toISOString());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
