/** Keys of `initializationOptions` and of the settings section `steerscope`. */
export interface Settings {
  model: string;
  saes: string[];
  device: "auto" | "cpu" | "webgpu" | "cuda" | "coreml" | "dml";
  topK: number;
  /** "relative": activation over the latent's known maximum; "raw": the activation itself. */
  ranking: "relative" | "raw";
  /** Latents firing on a larger share of tokens are left out of hovers; 1 shows all. */
  hideAboveFrequency: number;
  memoryBudgetMB: number;
  threads: number;
  store: string;
  /** Compares labels by meaning: a Hub id or a folder; empty: a known one that the Hub cache holds. */
  embeddingModel: string;
  /** Trained probes that read documents: paths of `NAME.probe.json` from the workspace folder, or globs; `!PATH` takes one away. */
  probes: string[];
  offline: boolean;
  codeLens: boolean;
  inlayHints: boolean;
  /** Who makes and scores labels where the user asks for that: an OpenAI-compatible endpoint; an empty one is none. */
  labels: LabelSettings;
  /** Glob → model and SAEs, for formats whose front matter has no room. */
  files: Record<string, { model?: string; saes?: string[] }>;
}

export interface LabelSettings {
  /** Base URL, to which `/chat/completions` is added. */
  endpoint: string;
  model: string;
  /** Name of the environment variable that holds the key; empty: none is sent. */
  keyVariable: string;
}

export const defaultSettings: Settings = {
  model: "tinytown",
  saes: [],
  device: "auto",
  topK: 8,
  ranking: "relative",
  hideAboveFrequency: 0.1,
  memoryBudgetMB: 4096,
  threads: 0,
  store: "",
  embeddingModel: "",
  probes: [],
  offline: true,
  codeLens: false,
  inlayHints: false,
  labels: { endpoint: "", model: "", keyVariable: "" },
  files: {},
};
