import * as v from "valibot";
import type { Connection } from "vscode-languageserver/node";
import type { Problem } from "../protocol/problem.ts";
import { defaultSettings, type Settings } from "../protocol/settings.ts";

/** Settings with what was wrong in them; a wrong value is left out and the one below it counts. */
export interface ReadSettings {
  settings: Settings;
  problems: Problem[];
}

const text = v.string();
const shape = {
  model: v.pipe(text, v.nonEmpty()),
  saes: v.array(text),
  device: v.picklist(["auto", "cpu", "webgpu", "cuda", "coreml", "dml"]),
  topK: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  ranking: v.picklist(["relative", "raw"]),
  hideAboveFrequency: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  memoryBudgetMB: v.pipe(v.number(), v.minValue(64)),
  threads: v.pipe(v.number(), v.integer(), v.minValue(0)),
  store: text,
  embeddingModel: text,
  probes: v.array(text),
  offline: v.boolean(),
  codeLens: v.boolean(),
  inlayHints: v.boolean(),
  labels: v.object({
    endpoint: v.nullish(text, ""),
    model: v.nullish(text, ""),
    keyVariable: v.nullish(text, ""),
  }),
  files: v.record(text, v.object({ model: v.optional(text), saes: v.optional(v.array(text)) })),
} satisfies { [K in keyof Settings]: v.GenericSchema<unknown, Settings[K]> };

/** Lays settings over each other, the last one uppermost; unknown keys are other people's business. */
export function mergeSettings(...layers: unknown[]): ReadSettings {
  const settings: Settings = { ...defaultSettings };
  const problems: Problem[] = [];
  for (const layer of layers) {
    if (typeof layer !== "object" || layer === null) continue;
    for (const key of Object.keys(shape) as (keyof Settings)[]) {
      const value = (layer as Record<string, unknown>)[key];
      // Clients answer null for a setting nobody has set.
      if (value === undefined || value === null) continue;
      const read = v.safeParse(shape[key], value);
      if (read.success) Object.assign(settings, { [key]: read.output });
      else {
        problems.push({
          code: "setting-invalid",
          message: `The setting steerscope.${key} is not usable: ${read.issues[0].message}.`,
          remedy: `It is read as ${JSON.stringify(settings[key])} until it is corrected.`,
          subject: "engine",
        });
      }
    }
  }
  return { settings, problems };
}

/** The settings of each document: those of `initialize`, and over them what the client answers for the document's place. */
export class SettingsStore {
  private readonly connection: Connection;
  private readonly initial: unknown;
  private readonly asks: boolean;
  private pushed: unknown = {};
  private known = new Map<string, Promise<ReadSettings>>();

  /** @param asks whether the client answers `workspace/configuration`. */
  constructor(connection: Connection, initial: unknown, asks: boolean) {
    this.connection = connection;
    this.initial = initial;
    this.asks = asks;
  }

  /** Settings as `initialize` gave them, before the client can be asked. */
  get atStart(): Settings {
    return mergeSettings(this.initial).settings;
  }

  /** For a document, or for the whole workspace where no URI is given. */
  get(uri = ""): Promise<ReadSettings> {
    let settings = this.known.get(uri);
    if (!settings) {
      settings = this.fetch(uri);
      this.known.set(uri, settings);
    }
    return settings;
  }

  /** @param pushed the section, for clients that send it rather than answer for it. */
  changed(pushed: unknown): void {
    this.known = new Map();
    this.pushed = (pushed as { steerscope?: unknown } | null)?.steerscope ?? this.pushed;
  }

  forget(uri: string): void {
    this.known.delete(uri);
  }

  private async fetch(uri: string): Promise<ReadSettings> {
    if (!this.asks) return mergeSettings(this.initial, this.pushed);
    const section = "steerscope";
    const answer: unknown = await this.connection.workspace
      .getConfiguration(uri ? { scopeUri: uri, section } : { section })
      .catch(() => null);
    return mergeSettings(this.initial, answer);
  }
}
