/** Every custom request and notification of the language server. The reference page documents each. */
import type { LabelEvidence } from "./feature.ts";
import type { InspectResult, Range } from "./inspect.ts";

export const SteerscopeMethod = {
  /** Request, {@link InspectParams} → {@link InspectAnswer}. */
  inspect: "steerscope/inspect",
  /** Request, TokensParams → TokensAnswer (lens.ts): a window of tokens, with what every layer predicts after each. */
  tokens: "steerscope/tokens",
  /** Request, {@link WhereFiresParams} → {@link WhereFires}: the activations of one latent over the whole file. */
  whereFires: "steerscope/whereFires",
  /** Request, {@link FeatureParams} → FeatureResult (feature.ts): all that is known of one latent. */
  feature: "steerscope/feature",
  /** Request, {@link TryFeatureParams} → {@link TriedFeature}: the activations of one latent on a text that stands in no file. */
  tryFeature: "steerscope/tryFeature",
  /** Request, {@link LabelFeatureParams} → {@link LabelledFeature}: writes the user's own label of a latent. */
  labelFeature: "steerscope/labelFeature",
  /** Request, {@link ExplainFeatureParams} → {@link ExplainedFeature}: makes a label of a latent and scores it, or scores one. */
  explainFeature: "steerscope/explainFeature",
  /** Request to the client, {@link CompleteParams} → {@link Completed}: a completion by the editor's language model. */
  complete: "steerscope/complete",
  /** Request, FeaturesParams → FeaturesAnswer (explore.ts): a part of the list of latents, filtered and sorted. */
  features: "steerscope/features",
  /** Request, {@link ScanParams} → {@link ScanAnswer}: reads a corpus into a feature store; cancelling it pauses. */
  scan: "steerscope/scan",
  /** Request, SteerFeatureParams → SteerFeatureAnswer (steer-feature.ts): how a prompt's recipe changes to steer with a latent. */
  steerFeature: "steerscope/steerFeature",
  /** Request, SteeringLayersParams → SteeringLayersAnswer (contrast.ts): where a vector can be made for a prompt's model. */
  steeringLayers: "steerscope/steeringLayers",
  /** Request, ContrastParams → ContrastAnswer (contrast.ts): makes a vector from two kinds of texts, and the edit that steers with it. */
  contrast: "steerscope/contrast",
  /** Request, DecomposeEditParams → DecomposeEditAnswer (decompose-edit.ts): the vector of a recipe's edit, told in latents. */
  decompose: "steerscope/decompose",
  /** Request, {@link RecipeChecksParams} → ListedCheck[] (checks.ts): the checks that a recipe has. */
  recipeChecks: "steerscope/recipeChecks",
  /** Request, {@link TestRecipeParams} → TestResult (checks.ts): runs checks of a recipe. */
  testRecipe: "steerscope/testRecipe",
  /** Request, CompareParams → CompareAnswer (compare.ts): what the model writes without and with steering; edits cancel it. */
  compare: "steerscope/compare",
  /** Request, SweepParams → Sweep (compare.ts): the same with multiples of the recipe's strengths. */
  sweep: "steerscope/sweep",
  /** Request, SetStrengthsParams → SetStrengthsAnswer (compare.ts): how a recipe's text changes for other strengths. */
  setStrengths: "steerscope/setStrengths",
  /** Notification to the client, GeneratedNews (compare.ts): what a text of a comparison has more. */
  generated: "steerscope/generated",
  /** Request, {@link DocumentParams} → null: restarts the engine and analyses all open documents again. */
  restartEngine: "steerscope/restartEngine",
  /** Request, none → {@link EngineStatus}. */
  status: "steerscope/status",
  /** Request, none → string[]: models that can be chosen (the embedded one, those of the Hub cache). */
  models: "steerscope/models",
  /** Request, {@link DocumentParams} → {@link SetupAnswer}: which model and SAEs read a document, and who named them. */
  setup: "steerscope/setup",
  /** Notification to the client, {@link EngineStatus}: the engine's state changed. */
  statusChanged: "steerscope/statusChanged",
  /** Notification to the client, {@link Analysed}: the work on the newest version of a document ended, well or not. */
  analysed: "steerscope/analysed",
} as const;

export interface DocumentParams {
  textDocument: { uri: string };
}
export interface InspectParams extends DocumentParams {
  topK?: number;
  /** Features as hovers choose and order them (settings `ranking`, `hideAboveFrequency`) rather than strongest first. */
  ranked?: boolean;
  /** Each token with what the model expected at and after it. */
  guesses?: boolean;
}
export interface InspectAnswer extends InspectResult {
  version: number;
  /** With `ranked`: the scale of every latent that the tokens list. */
  scales?: LatentScale[];
}
/** What a full bar means: the latent's known maximum, or its strongest activation in this file. */
export interface Scale {
  value: number;
  from: "known maximum" | "this file";
}
export interface LatentScale extends Scale {
  /** Index into `saes`. */
  sae: number;
  feature: number;
}
export interface WhereFiresParams extends DocumentParams {
  /** SAE id as `InspectResult.saes[].id` gives it. */
  sae: string;
  feature: number;
}
/** Argument of the client's commands `showWhereFires`, `showFeature` and `steerFeature`, which hovers link to. */
export interface FeatureTarget {
  /** The file it is looked at in; empty: none. */
  uri: string;
  sae: string;
  feature: number;
}
export interface WhereFires {
  sae: string;
  feature: number;
  label: string | null;
  scale: Scale;
  tokens: { range: Range; activation: number }[];
  version: number;
}
export interface FeatureParams {
  /** Whose set-up is meant; without it the one of the settings. */
  textDocument?: { uri: string };
  /** The file whose folder's labels count where it is not `textDocument`: it may be closed. */
  labelsFor?: string;
  sae: string;
  feature: number;
  /** Measure its output and input score where they are not known yet. */
  scores?: boolean;
}
export interface TryFeatureParams extends FeatureParams {
  /** Read as plain text, without a chat template. */
  text: string;
}
export interface TriedFeature {
  sae: string;
  feature: number;
  scale: Scale;
  tokens: TriedToken[];
}
export interface TriedToken {
  text: string;
  activation: number;
  /** Not in the text: a start token. */
  virtual: boolean;
  /** The SAE was not made for this token, so that its activation means nothing. */
  outside: boolean;
}
export interface LabelFeatureParams extends FeatureParams {
  /** The label; empty takes it away. */
  text: string;
}
export interface LabelledFeature {
  /** The file that holds it. */
  file: string;
}
/** Who makes or scores a label: the endpoint of the settings, the editor's language model, the set-up's own model, or none: a list of tokens. */
export type LabelMaker = "endpoint" | "editor" | "local" | "tokens";
export interface ExplainFeatureParams extends FeatureParams {
  by: LabelMaker;
  /** A label that the latent has, to be scored rather than made. */
  label?: { text: string; source: LabelEvidence["source"] };
}
export interface ExplainedFeature {
  /** The label with its scores, as `steerscope/feature` lists it from now on. */
  label: LabelEvidence;
  /** What kept it from being scored, or weakens the scores. */
  notes: string[];
  /** The file that keeps it. */
  file: string;
}
export interface ChatMessage {
  role: "system" | "user";
  content: string;
}
export interface CompleteParams {
  messages: ChatMessage[];
}
export interface Completed {
  text: string;
  /** The model's name. */
  model: string;
}
export interface ScanParams {
  /** Whose model and SAEs read the corpus; without it those of the settings. */
  textDocument?: { uri: string };
  /** Absolute paths of files and folders. */
  corpus: string[];
  /** Id of the only SAE that is meant. */
  sae?: string;
  /** Stop after so many tokens. */
  maxTokens?: number;
  /** Score the latents too, once the corpus is read. */
  scores?: boolean;
  /** Begin anew in the place of a store that was made from something else. */
  replace?: boolean;
}
export interface ScanAnswer {
  /** Paused: the same request goes on where this one stopped. */
  state: "finished" | "paused";
  /** The store's file. */
  store: string;
  shards: number;
  documents: number;
  tokens: number;
  /** What this request added. */
  added: { tokens: number; seconds: number };
}
export interface RecipeChecksParams {
  /** The recipe, open or not. */
  recipe: { uri: string };
}
export interface TestRecipeParams extends RecipeChecksParams {
  /** Places in its list of those that are meant; all where it is left out. */
  checks?: number[];
}
export interface SetupAnswer {
  model: string;
  /** null: those that ship with the model. */
  saes: string[] | null;
  /** `settings` stands for the keys `model` and `saes`; what else names them counts over these. */
  modelFrom: SetupSource;
  saesFrom: SetupSource;
}
export type SetupSource = "command line" | "front matter" | "settings.files" | "settings";
export interface Analysed {
  uri: string;
  version: number;
}
export interface EngineStatus {
  state: "stopped" | "starting" | "ready" | "busy" | "restarting" | "failed";
  /** One line for a person, e.g. "tinytown · cpu". */
  detail: string;
  /** Process id of the engine while it runs (for tests and the log). */
  pid: number | null;
}
