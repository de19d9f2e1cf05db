import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import picomatch from "picomatch";
import type { Setup } from "../protocol/engine.ts";
import type { Problem } from "../protocol/problem.ts";
import type { Settings } from "../protocol/settings.ts";
import type { Located } from "./prompts/index.ts";

/** Where a part of a set-up was named; decides where its problems are shown. */
export type SetupSource = "command line" | "front matter" | "settings.files" | "settings";

/** A set-up and where each part of it comes from. */
export interface ResolvedSetup extends Setup {
  modelFrom: SetupSource;
  saesFrom: SetupSource;
  /** Where the document names them, if it does. */
  modelPlace: { start: number; end: number } | null;
  saePlaces: ({ start: number; end: number } | null)[];
  /** Set when an untrusted workspace asked for something that was not taken. */
  problems: (Problem & { start: number; end: number })[];
}

export interface SetupRequest {
  /** What the document's front matter names. */
  frontMatter: { model?: Located<string>; saes?: Located<string>[] };
  settings: Settings;
  /** Path of the file, null for a document that has none. */
  file: string | null;
  /** Folder that relative paths in the settings start from. */
  folder: string | null;
  /** What the user named for this run; nothing a file says counts against it. */
  override?: { model?: string; saes?: string[] };
  /** Whether paths named by the document may be loaded (workspace trust). */
  trusted: boolean;
}

/**
 * Decides which model and SAEs read a file: what the user named for this run, else its front matter, else the most specific glob of `settings.files` (the first that
 * matches), else the settings. SAEs belong to a model: naming another model drops the SAEs named for the former. Where none
 * is named, `saes` is null, and the engine takes those that ship with the model.
 */
export function resolveSetup(request: SetupRequest): ResolvedSetup {
  const { settings, frontMatter } = request;
  const problems: ResolvedSetup["problems"] = [];
  let model = settings.model;
  let saes = settings.saes;
  let modelFrom = "settings" as SetupSource;
  let saesFrom = "settings" as SetupSource;
  let modelPlace: ResolvedSetup["modelPlace"] = null;
  let saePlaces: ResolvedSetup["saePlaces"] = [];

  const take = (source: SetupSource, newModel: string | undefined, newSaes: string[] | undefined): void => {
    if (newModel !== undefined && newModel !== model) {
      model = newModel;
      saes = [];
      saesFrom = source;
    }
    if (newModel !== undefined) modelFrom = source;
    if (newSaes !== undefined) {
      saes = newSaes;
      saesFrom = source;
    }
  };

  const matched = matchFiles(request);
  if (matched) take("settings.files", matched.model, matched.saes);
  const inSettings = (value: string): string => located(value, request.folder);
  model = inSettings(model);
  saes = saes.map(inSettings);

  const beside = request.file ? resolve(request.file, "..") : request.folder;
  const allowed = (it: Located<string>): boolean => {
    if (request.trusted || !isPath(located(it.value, beside))) return true;
    problems.push({
      code: "workspace-not-trusted",
      message: `“${it.value}” is not loaded: this workspace is not trusted.`,
      remedy: "Trust the workspace to load models and SAEs that its files name.",
      subject: "model",
      start: it.start,
      end: it.end,
    });
    return false;
  };
  const ownModel = frontMatter.model && allowed(frontMatter.model) ? frontMatter.model : undefined;
  const ownSaes = frontMatter.saes?.filter(allowed);
  // SAEs for a model that was refused would only fail on another.
  const refused = frontMatter.model !== undefined && ownModel === undefined;
  take(
    "front matter",
    ownModel && located(ownModel.value, beside),
    refused ? undefined : ownSaes?.map((sae) => located(sae.value, beside)),
  );
  // Others in the place of SAEs that were refused would be mistaken for them.
  const allRefused = frontMatter.saes?.length && ownSaes?.length === 0;
  if (ownModel) modelPlace = { start: ownModel.start, end: ownModel.end };
  if (saesFrom === "front matter" && ownSaes) {
    saePlaces = ownSaes.map(({ start, end }) => ({ start, end }));
  }
  if (request.override) {
    // What was named for this run is meant from where it was started.
    const here = (value: string): string => located(value, process.cwd());
    take(
      "command line",
      request.override.model === undefined ? undefined : here(request.override.model),
      request.override.saes?.map(here),
    );
    if (modelFrom === "command line") modelPlace = null;
    if (saesFrom === "command line") saePlaces = [];
  }
  return {
    model,
    saes: saes.length > 0 || (allRefused && saesFrom === "front matter") ? saes : null,
    device: settings.device,
    modelFrom,
    saesFrom,
    modelPlace,
    saePlaces: saes.map((_, i) => saePlaces[i] ?? null),
    problems,
  };
}

function matchFiles({ settings, file, folder }: SetupRequest): { model?: string; saes?: string[] } | null {
  if (!file) return null;
  const path = (folder ? relative(folder, file) : file).replaceAll("\\", "/");
  for (const [glob, setup] of Object.entries(settings.files)) {
    const subject = glob.includes("/") ? path : basename(path);
    if (picomatch.isMatch(subject, glob, { dot: true })) return setup;
  }
  return null;
}

/**
 * Makes a path absolute, so that the engine's own folder plays no part; ids stay as they are. A name without `./` is a path
 * where it names something that exists. `PATH@HOOK` keeps its hook.
 */
export function located(value: string, base: string | null): string {
  if (value.startsWith("~/")) return join(homedir(), value.slice(2));
  if (!base || isAbsolute(value)) return value;
  if (/^\.\.?([/\\]|$)/.test(value)) return resolve(base, value);
  const path = value.replace(/@[^@/\\]*$/, "");
  // "tinytown" is the embedded model even beside a folder of that name.
  return path !== "tinytown" && existsSync(join(base, path)) ? resolve(base, value) : value;
}

function isPath(value: string): boolean {
  return isAbsolute(value) || /^[A-Za-z]:[\\/]/.test(value) || value.startsWith(".");
}
