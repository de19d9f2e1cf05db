/** A steering vector made in the editor, from texts that show something and texts that do not. */

export interface SteeringLayersParams {
  /** The prompt whose set-up is meant; it is open. */
  textDocument: { uri: string };
}
/** The residual stream behind one block of the model. */
export interface SteeringLayer {
  hook: string;
  /** Ids of the SAEs whose latents are steered there. */
  saes: string[];
}
export interface SteeringLayersAnswer {
  model: string;
  /** In the model's order. */
  layers: SteeringLayer[];
  /** The hook point that is taken where none is named: of those with an SAE the nearest to the model's middle. */
  usual: string;
}

export interface ContrastParams {
  /** The prompt whose recipe is written into and whose set-up reads the texts; it is open. */
  textDocument: { uri: string };
  /** The texts themselves; this or `file`. */
  texts?: { positive: string[]; negative: string[] };
  /** Absolute path of a `.jsonl`, `.csv` or `.tsv` file with them. */
  file?: string;
  /** Which of the file's two labels the vector points to, where they do not say it. */
  positive?: string;
  /** Residual hook points, a vector each; left out: the usual one. */
  hooks?: string[];
  /** `last` (the default): at each text's last token; `mean`: over all but the first. */
  pool?: "last" | "mean";
}
export interface ContrastVector {
  hook: string;
  norm: number;
  /** Cosine of the vectors made from the first, third, … texts of each side and from the others; null: too few texts. */
  stability: number | null;
}
export interface ContrastAnswer {
  /** What the edit does, in words. */
  title: string;
  /** A WorkspaceEdit of LSP; nothing is changed before the client applies it. */
  edit: object;
  /** URI of the recipe that it changes or makes. */
  recipe: string;
  /** Path of the vectors' file, which is written already. */
  file: string;
  /** How many texts they rest on. */
  positives: number;
  negatives: number;
  vectors: ContrastVector[];
}
