import { ProblemError } from "../../../server/src/host/problem-error.ts";
import type { Fit, FitState } from "../../../server/src/learn/kind.ts";
import { type LinearModel, linearFit } from "../../../server/src/learn/linear.ts";
import type { RestoredProbe } from "../../../server/src/probes/saved/restore.ts";
import type { SavedProbe, SavedSource } from "../../../server/src/protocol/probe-file.ts";

const vector = Float32Array.from({ length: 8 }, (_, i) => i - 3);
const plain = {
  ...{ kind: "logistic", link: "binary", columns: 8, weight: vector, bias: Float32Array.of(0.5) },
  ...{ classes: 2, present: [0, 1], facts: [] },
} as const satisfies LinearModel;

function probe(
  fit: Fit,
  names: string[],
  source: SavedSource = { kind: "hook", hook: "blocks.1.hook_resid_post" },
  model = "m",
): RestoredProbe {
  const saved = {
    ...{ name: "p", model: { id: "toy", sha256: model, dModel: 8 }, fit: fit.state },
    reads: { source, position: "last", level: "text", readAs: "text", width: 8 },
    report: { trust: null },
    target: { type: names.length > 0 ? "classes" : "number", names },
  };
  return { path: "/p.probe.json", saved: saved as unknown as SavedProbe, fit };
}

const truth = ["false", "true"];
const three: LinearModel = {
  ...{ ...plain, link: "softmax", classes: 3, present: [0, 1, 2] },
  weight: Float32Array.from({ length: 24 }, (_, i) => i),
  bias: new Float32Array(3),
};
const none: Fit = {
  ...linearFit(plain),
  state: { kind: "attentive", tensors: {}, settings: {} } satisfies FitState,
  directions: () => [],
};

/** Trained probes by name: of two classes, calibrated, of three, of a number, and those that cannot steer. */
const probes: Record<string, RestoredProbe> = {
  truth: probe(linearFit(plain), truth),
  calibrated: probe(linearFit({ ...plain, calibration: Float32Array.of(2, -1) }), truth),
  three: probe(linearFit(three), ["red", "green", "blue"]),
  reward: probe(linearFit({ ...plain, link: "number", classes: 1, present: [0] }), []),
  attentive: probe(none, truth),
  other: probe(linearFit(plain), truth, undefined, "another"),
  heads: probe(linearFit(plain), truth, { kind: "hook", hook: "blocks.1.attn.hook_z" }),
  attention: probe(linearFit(plain), truth, { kind: "attention" }),
  late: probe(linearFit(plain), truth, { kind: "hook", hook: "blocks.3.hook_resid_pre" }),
  latents: probe(
    linearFit({ ...plain, columns: 100, reads: [3, 7], weight: Float32Array.of(2, -1) }),
    truth,
    { kind: "latents", sae: "early", sha256: "hash of early", hook: "blocks.1.hook_resid_post" },
  ),
  gone: probe(linearFit(plain), truth, {
    ...{ kind: "latents", sae: "gone", sha256: "hash of gone", hook: "blocks.1.hook_resid_post" },
  }),
};

export const probeVector = vector;

export async function trainedProbe(named: string): Promise<RestoredProbe> {
  if (probes[named]) return probes[named];
  const [code, message] = ["probe-unknown", `There is no trained probe “${named}” here.`];
  throw new ProblemError({ code, message, remedy: "Train it.", subject: "probe" });
}
