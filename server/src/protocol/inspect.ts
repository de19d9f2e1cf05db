/** The object of `inspect --json` and `steerscope/inspect`: a contract with outsiders, schema `steerscope.inspect/1`. */
export interface Position {
  line: number;
  character: number;
}
export interface Range {
  start: Position;
  end: Position;
}

export interface InspectFeature {
  /** Index into `saes`. */
  sae: number;
  feature: number;
  activation: number;
  /** activation over the latent's known maximum; null where none is known. */
  share: number | null;
  label: string | null;
}

/** A token that a model may go on with. */
export interface InspectGuess {
  id: number;
  text: string;
  logprob: number;
}

export interface InspectToken {
  i: number;
  id: number;
  text: string;
  virtual: boolean;
  special: boolean;
  range: Range | null;
  role: string | null;
  logprob: number | null;
  features: InspectFeature[];
  l0: number[];
  fvu: number[];
  /** One an SAE: true where its metadata or a massive activation says that it was not made for this token. */
  outside: boolean[];
  /** Where guesses are asked for: the ten tokens most likely at this place, best first; empty for the first token. */
  expected?: InspectGuess[];
  /** Where guesses are asked for: the ten tokens most likely after this one. */
  next?: InspectGuess[];
}

export interface InspectResult {
  schema: "steerscope.inspect/1";
  file: string;
  model: {
    id: string;
    family: string;
    layers: number;
    dModel: number;
    dtype: string;
    computeDtype: string;
    device: string;
  };
  saes: {
    id: string;
    hook: string;
    architecture: string;
    width: number;
    conventions: string[];
    check: {
      l0: number | null;
      fvu: number | null;
      declaredL0: number | null;
      verdict: "ok" | "suspect" | "unknown";
    };
  }[];
  tokens: InspectToken[];
  next: InspectGuess[];
  timings: { loadMs: number; analyseMs: number };
}
