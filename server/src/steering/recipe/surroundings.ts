import type { RestoredProbe } from "../../probes/saved/restore.ts";
import type { Description } from "../../protocol/engine.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import type { LabelsOf } from "./labels.ts";

/**
 * What a file of steering vectors holds, each `[d_model]`: by the name of a hook point, by the number of a layer (whose
 * `hook_resid_post` is meant), or under "" where the file does not say where its vector belongs.
 */
export interface VectorFile {
  vectors: ReadonlyMap<string | number, Float32Array>;
}

/**
 * Reads a file of steering vectors.
 * @param path absolute
 * @param name which of the file's vectors is meant; null where it holds those of one name only
 * @throws ProblemError for what cannot be read, and for a name that is not there
 */
export type ReadVector = (path: string, name: string | null) => Promise<VectorFile>;

/** The ids that a text becomes when it stands alone, without a start token. @throws ProblemError, CancelledError */
export type ReadTokens = (text: string) => Promise<readonly number[]>;

/**
 * Reads a trained probe.
 * @param named its name, or its path from the folder
 * @param folder of the recipe; null where it lies in none
 * @throws ProblemError for what cannot be found or read
 */
export type ReadProbe = (named: string, folder: string | null) => Promise<RestoredProbe>;

/** What a recipe's names are looked up in. */
export interface Surroundings {
  description: Description;
  labels: LabelsOf;
  /** Folder of the recipe, which its paths start from; null where it lies in none. */
  folder: string | null;
  /** The model that the recipe is to steer, as its set-up names it; null: the recipe's own. */
  steers: string | null;
  readVector: ReadVector;
  readTokens: ReadTokens;
  readProbe: ReadProbe;
  /** Content of the model and its SAEs, asked for only where a recipe names a probe. @throws ProblemError, CancelledError */
  identify: () => Promise<ScanIdentity>;
  /** Whether files that the recipe names may be read. */
  trusted: boolean;
}
