import { combine, type DocumentAnalysis } from "../../../server/src/analysis/document.ts";
import { prepare } from "../../../server/src/analysis/prepare.ts";
import type { Analysis, Description } from "../../../server/src/protocol/engine.ts";
import { defaultSettings, type Settings } from "../../../server/src/protocol/settings.ts";

/** One token of a made-up analysis: its text, and `[latent, activation]` pairs, strongest first. */
export interface FakeToken {
  text: string;
  active?: [number, number][];
  virtual?: boolean;
  outside?: boolean;
  logprob?: number;
}

export function prepared(text: string, settings: Partial<Settings> = {}) {
  return prepare({
    key: "k",
    fileName: "a.txt",
    text,
    file: null,
    folder: null,
    settings: { ...defaultSettings, saes: ["s"], ...settings },
    trusted: true,
  });
}

/** A document of plain text whose visible tokens are laid one after the other from its start. */
export function analysed(
  tokens: FakeToken[],
  change: (d: Description, a: Analysis) => void = () => {},
): DocumentAnalysis {
  const text = tokens
    .filter((token) => !token.virtual)
    .map((token) => token.text)
    .join("");
  const count = tokens.length;
  let at = 0;
  const starts = tokens.map((token) => {
    const start = token.virtual ? 0 : at;
    if (!token.virtual) at += token.text.length;
    return start;
  });
  const rows = new Int32Array(count + 1);
  tokens.forEach((token, t) => {
    rows[t + 1] = rows[t] + (token.active?.length ?? 0);
  });
  const pairs = tokens.flatMap((token) => token.active ?? []);
  const description: Description = {
    setupId: "x",
    model: {
      id: "m",
      path: "",
      family: "llama",
      layers: 2,
      dModel: 4,
      contextLength: 100,
      vocabulary: 1000,
      dtype: "f32",
      computeDtype: "f32",
      device: "cpu",
      deviceReason: "",
      hasChatTemplate: false,
      templateSha256: "t",
      conventions: [],
    },
    saes: [
      {
        id: "s",
        path: "",
        hook: "blocks.1.hook_resid_post",
        architecture: "topk",
        width: 50,
        conventions: ["c"],
        check: { l0: null, fvu: null, declaredL0: null, verdict: "unknown" },
        labels: new Map([[3, { text: "three", maker: "test" }]]),
        maximum: null,
        frequency: null,
        frequencySource: null,
      },
    ],
    loadMs: 1,
  };
  const analysis: Analysis = {
    setupId: "x",
    ids: Int32Array.from(tokens, (_, t) => t + 100),
    spans: {
      message: Int32Array.from(tokens, (token) => (token.virtual ? -1 : 0)),
      start: Int32Array.from(starts),
      end: Int32Array.from(tokens, (token, t) => starts[t] + (token.virtual ? 0 : token.text.length)),
      shared: new Uint8Array(count),
      special: Uint8Array.from(tokens, (token) => (token.virtual ? 1 : 0)),
    },
    roleOf: new Int32Array(count),
    roles: ["text"],
    logprobs: Float32Array.from(tokens, (token, t) => (t === 0 ? Number.NaN : (token.logprob ?? -1))),
    topIds: Int32Array.from({ length: count * 10 }, (_, i) => 100 + (i % 10)),
    topLogprobs: Float32Array.from({ length: count * 10 }, (_, i) => -1 - (i % 10)),
    saes: [
      {
        rows,
        indices: Int32Array.from(pairs, ([index]) => index),
        values: Float32Array.from(pairs, ([, value]) => value),
        l0: Int32Array.from(tokens, (token) => token.active?.length ?? 0),
        fvu: new Float32Array(count).fill(0.5),
        outside: Uint8Array.from(tokens, (token) => (token.outside ? 1 : 0)),
      },
    ],
    texts: new Map(tokens.map((token, t) => [t + 100, token.text])),
    truncatedFrom: null,
    reused: 0,
    analyseMs: 2,
    warnings: [],
    probes: [],
  };
  change(description, analysis);
  return combine(prepared(text), description, analysis, []);
}
