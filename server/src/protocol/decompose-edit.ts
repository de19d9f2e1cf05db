/** The vector of a recipe's edit, told in the latents of the SAEs at its hook point, for a person to read. */
export interface DecomposeEditParams {
  /** The recipe, which is open. */
  recipe: { uri: string };
  /** The edit's place in its list; left out: the only edit with a vector. */
  index?: number;
}
export interface DecomposeEditAnswer {
  /** Markdown. */
  text: string;
}
