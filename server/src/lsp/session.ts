import type { Connection, InitializeParams } from "vscode-languageserver/node";
import { Analyser } from "../analysis/analyser.ts";
import type { PreparedDocument } from "../analysis/document.ts";
import { Explorer } from "../analysis/explore/explorer.ts";
import { MeaningSearch } from "../analysis/explore/meaning.ts";
import { Responder } from "../analysis/explore/responder.ts";
import type { FeatureSearch } from "../analysis/explore/search.ts";
import type { FeatureSource } from "../analysis/feature.ts";
import { LabelFiles } from "../analysis/label-files.ts";
import { prepare } from "../analysis/prepare.ts";
import { placeProblem } from "../analysis/problems.ts";
import { EngineHost, type EngineHostOptions } from "../host/engine-host.ts";
import { cacheFolder, type InstallPaths, probeInputs } from "../host/paths.ts";
import type { EngineOptions } from "../protocol/engine.ts";
import type { Settings } from "../protocol/settings.ts";
import { StoredFeatures } from "../scan/stored-features.ts";
import { StoredSearch } from "../scan/stored-search.ts";
import type { StorePlaces } from "../scan/stores.ts";
import { readVectorFile } from "../steering/compare/vector-files.ts";
import type { ReadVector } from "../steering/recipe/surroundings.ts";
import { AutomaticSource } from "./automatic.ts";
import { type ClientFacts, readClientFacts } from "./client-facts.ts";
import { Comparisons } from "./comparisons.ts";
import { OpenDocuments } from "./open-documents.ts";
import { type CheckedProbe, checkProbe } from "./probes/check-probe.ts";
import { TrainedProbes } from "./probes/trained-probes.ts";
import { withProgress } from "./progress.ts";
import { type CheckedRecipe, checkRecipe } from "./recipes/check-recipe.ts";
import { SettingsStore } from "./settings.ts";
import { pathOf, WorkspaceFolders } from "./workspace-folders.ts";
import { OpenFiles } from "./yaml/open-files.ts";

/** What every verb works with. */
export interface Session {
  connection: Connection;
  client: ClientFacts;
  settings: SettingsStore;
  documents: OpenDocuments;
  recipes: OpenFiles<CheckedRecipe>;
  /** Specifications of probes. */
  probes: OpenFiles<CheckedProbe>;
  /** Probes that were trained, and which of them read documents. */
  trained: TrainedProbes;
  /** The training that runs, if one does. */
  training: Promise<unknown> | null;
  /** What models write with and without steering. */
  comparisons: Comparisons;
  host: EngineHost;
  analyser: Analyser;
  /** Where what scans found is kept. */
  features: FeatureSource;
  labels: LabelFiles;
  /** Labels that were made automatically. */
  automatic: AutomaticSource;
  install: InstallPaths;
  /** Looks into what scans found. */
  search: FeatureSearch;
  /** The scan that runs, if one does. */
  scan: Promise<unknown> | null;
  /** Where stores lie that nobody named. */
  places(): Promise<StorePlaces>;
  explorer: Explorer;
  /** How set-ups answer to texts that stand in no document. */
  responder: Responder;
  /** Compares labels by what they mean. */
  meaning: MeaningSearch;
  /** What the settings say where no document is meant. */
  withoutDocument(): Promise<PreparedDocument>;
  /** Reads files of steering vectors that recipes name. */
  readVector: ReadVector;
  folders: WorkspaceFolders;
  /** The workspace folder that holds a document, or the first one where none is meant; null where there is none. */
  folderOf(uri: string | undefined): string | null;
}

export interface ServerOptions {
  install: InstallPaths;
  /** How patient the engine's host is; its own defaults where nothing is said. */
  host?: Pick<EngineHostOptions, "restart" | "patience">;
  features?: FeatureSource;
  search?: FeatureSearch;
  readVector?: ReadVector;
  /** Folder for calibrations; the user's cache folder where nothing is said. */
  cache?: string;
}

/** Builds the parts of a server for the client that said `initialize`. */
export function createSession(
  connection: Connection,
  params: InitializeParams,
  options: ServerOptions,
): Session {
  const client = readClientFacts(params);
  const settings = new SettingsStore(connection, params.initializationOptions, client.answersConfiguration);
  const host = new EngineHost({
    ...options.host,
    module: options.install.engine,
    options: engineOptions(settings.atStart, options),
  });
  const analyser = new Analyser(host, { skipBrokenSaes: true });
  const folders = new WorkspaceFolders(params.workspaceFolders ?? []);

  const read = (uri: string, text: string, own: Settings): PreparedDocument => {
    const file = uri ? pathOf(uri) : null;
    return prepare({
      key: uri,
      fileName: file ?? uri,
      text,
      file,
      folder: folders.of(file),
      settings: own,
      override: client.override,
      trusted: client.trusted,
    });
  };
  const places = async (): Promise<StorePlaces> => {
    const { cache, assets } = engineOptions((await settings.get()).settings, options);
    return { cache, assets };
  };
  const documents: OpenDocuments = new OpenDocuments({
    async prepare(text) {
      const own = await settings.get(text.uri);
      const prepared = read(text.uri, text.getText(), own.settings);
      const wrong = own.problems.map((problem) => placeProblem(prepared, problem, "warning"));
      return {
        prepared: { ...prepared, problems: [...prepared.problems, ...wrong] },
        settings: own.settings,
      };
    },
    analyse: async (prepared, token) => {
      const probes = await session.trained.enabledFor(prepared.key);
      return withProgress(session, prepared.key, "Steerscope", token, (inner) =>
        analyser.analyse(prepared, inner, probes),
      );
    },
    forget: (uri) => {
      settings.forget(uri);
      host.forget(uri);
      for (const key of [typedKey(uri), ...contrastKeys(uri)]) host.forget(key);
    },
  });
  const session: Session = {
    connection,
    client,
    settings,
    documents,
    recipes: new OpenFiles((text, token) => checkRecipe(session, text, token)),
    probes: new OpenFiles((text, token) => checkProbe(session, text, token)),
    trained: new TrainedProbes({ settings, folders, trusted: client.trusted }),
    training: null,
    comparisons: new Comparisons(host),
    host,
    analyser,
    features: options.features ?? new StoredFeatures(places),
    labels: new LabelFiles(),
    automatic: new AutomaticSource(host, places),
    install: options.install,
    search: options.search ?? new StoredSearch(places),
    scan: null,
    places,
    explorer: new Explorer(),
    responder: new Responder(analyser, probeInputs(options.install.assets)),
    meaning: new MeaningSearch(host, async () => (await places()).cache),
    withoutDocument: async () => read("", "", (await settings.get()).settings),
    readVector: options.readVector ?? readVectorFile,
    folders,
    folderOf: (uri) => folders.of(uri ? pathOf(uri) : null),
  };
  return session;
}

/** Names the text typed for a document to the engine. */
export const typedKey = (uri: string) => `${uri}#typed`;

/** Name the typed texts of a contrast. */
export const contrastKeys = (uri: string) => [`${uri}#contrast-on`, `${uri}#contrast-against`];

/** The part of the settings that holds for the whole engine process. */
export function engineOptions(settings: Settings, { install, cache }: ServerOptions): EngineOptions {
  return {
    memoryBudgetMB: settings.memoryBudgetMB,
    threads: settings.threads,
    assets: install.assets,
    cache: settings.store || cache || cacheFolder(),
  };
}
