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
  label: string | null;
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
  next: { id: number; text: string; logprob: number }[];
  timings: { loadMs: number; analyseMs: number };
}
