/** A workspace with a trained probe of the language of sentences, for each file of tests that imports it. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import type { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { Diagnostic } from "vscode-languageserver/node";
import type { SavedProbe } from "../../server/src/protocol/probe-file.ts";
import type {
  ProbeScoresAnswer,
  ProbesAnswer,
  TrainProbeAnswer,
} from "../../server/src/protocol/probe-requests.ts";
import { User, type UserOptions } from "./user.ts";

export const spec = `probe: 1
data: { tinytown: { attribute: language, n: 900, seed: 3 } }
target: { classes: [english, german], examples: { max: 40 } }
hooks: [blocks.2.hook_resid_post]
positions: [mean]
kinds: [mass-mean]
controls: { shuffled: 1, seeds: 1, learning-curve: false, description-length: false }
`;
export const english = "The old baker walked to the market.";
export const german = "Der alte Bäcker ging zum Markt.";
export const prompt = `${english} ${german}\n`;

// Trainings take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

export let folder: string;
export let user: User;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-trained-"));
  mkdirSync(join(folder, "probes"));
  await enter();
  const uri = await user.open(uriOf("probes/language.probe.yaml"), spec);
  await train(uri);
  await user.leave();
}, 240_000);
afterEach(() => user.leave());
afterAll(() => rmSync(folder, { recursive: true }));

export const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
export const file = () => join(folder, "probes/language.probe.json");
export const enter = async (options: UserOptions = {}) => {
  user = await User.inBand({ folder, embedded: true, cache: join(folder, ".cache"), ...options });
};
export const train = (uri: string, more: object = {}, token?: CancellationTokenSource["token"]) =>
  user.ask<TrainProbeAnswer>("steerscope/trainProbe", { textDocument: { uri }, ...more }, token);
export const list = (uri?: string) =>
  user.ask<ProbesAnswer>("steerscope/probes", uri === undefined ? {} : { textDocument: { uri } });
export const scores = (uri: string, probe = file()) =>
  user.ask<ProbeScoresAnswer>("steerscope/probeScores", { textDocument: { uri }, probe });
/** What probes say of an analysed prompt. */
export const alerts = async (uri: string): Promise<Diagnostic[]> => {
  await user.inspect(uri);
  return user.diagnostics(uri);
};
export const enabled = { settings: { probes: ["probes/*.probe.json"] } };

/** The trained probe under another name, with something changed in it. */
export function variant(name: string, change: (saved: SavedProbe) => void): string {
  const path = join(folder, `probes/${name}.probe.json`);
  const saved = JSON.parse(readFileSync(file(), "utf8")) as SavedProbe;
  change(saved);
  writeFileSync(path, JSON.stringify({ ...saved, name }));
  copyFileSync(file().replace(".json", ".safetensors"), path.replace(".json", ".safetensors"));
  return path;
}
export function remove(path: string): void {
  rmSync(path);
  rmSync(path.replace(".json", ".safetensors"));
}
