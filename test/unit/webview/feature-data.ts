import type { FeatureExample, FeatureResult } from "../../../server/src/protocol/feature.ts";

/** Text as a stranger's corpus may hold it. */
export const hostile = {
  html: "<img src=x onerror=\"document.body.dataset.hacked='1'\">",
  script: "</script><script>document.body.dataset.hacked='1'</script>",
  huge: "x".repeat(50_000),
  rtl: "שלום עולם",
  override: "abc\u202edcba",
};

const example = (tokens: string[], activations: number[], source: string): FeatureExample => ({
  tokens,
  activations,
  peak: activations.indexOf(Math.max(...activations)),
  source,
  range: { start: 0, end: 4 },
});

const happy = example(
  ["On", " a", " rainy", " morning", ",", " Anna", " was", " happy", " and", " laughed", " aloud", "."],
  [0, 0, 0, 0.3, 0, 0, 1.4, 9.1, 3.2, 7.4, 2.2, 0],
  "stories.jsonl:17",
);
const bad = example(
  [" see", hostile.html, hostile.script, hostile.rtl, hostile.override, hostile.huge, "\n"],
  [0, 6.1, 2, 1, 0.5, 0.2, 0],
  `${hostile.html}.txt`,
);

/** A feature of which everything is known, and some of it is hostile. */
export const fullFeature: FeatureResult = {
  schema: "steerscope.feature/1",
  model: "tinytown",
  sae: {
    id: "resid_post_3",
    hook: "blocks.3.hook_resid_post",
    architecture: "jumprelu",
    width: 1024,
    conventions: ["Activations are in the SAE's own units.", "Special tokens are not interpreted."],
  },
  feature: 417,
  labels: [
    {
      text: "somebody is cheerful",
      source: "user",
      maker: ".vscode/steerscope-labels.yaml",
      scores: {},
      from: null,
    },
    {
      text: "mood: happy",
      source: "ground truth",
      maker: "tinytown ground truth",
      scores: { f1: 0.93, precision: 0.95, recall: 0.91 },
      from: 0.2,
    },
    { text: hostile.html, source: "imported", maker: "Neuronpedia", scores: {}, from: null },
    {
      text: `${hostile.rtl} ${hostile.override}`,
      source: "automatic",
      maker: "a model",
      scores: { detection: 0.71 },
      from: null,
    },
  ],
  known: { frequency: 0.02, maximum: 9, measuredOn: "the calibration text" },
  statistics: {
    tokens: 200_000,
    outside: 1_234,
    corpus: "tinytown, held-out",
    frequency: 0.0187,
    maximum: 9.1,
    meanWhenActive: 3.3,
    histogram: {
      edges: Array.from({ length: 21 }, (_, i) => 0.01 * 2 ** (i / 2)),
      counts: [0, 0, 2, 5, 9, 20, 44, 80, 130, 190, 260, 330, 400, 460, 520, 610, 480, 250, 90, 12],
    },
    top: [happy, bad, happy],
    bands: [
      { from: 7.5, to: 12.25, examples: [happy, bad] },
      { from: 2.5, to: 7.25, examples: [happy] },
      { from: 0.5, to: 2.25, examples: [] },
    ],
    tokensFired: [
      { id: 7, text: " happy", share: 0.4 },
      { id: 8, text: " laughed", share: 0.21 },
      { id: 9, text: hostile.script, share: 0.03 },
    ],
    firesWith: [
      { feature: 12, share: 0.61, jaccard: 0.3, label: "weather: rain" },
      { feature: 900, share: 0.2, jaccard: 0.1, label: null },
    ],
  },
  weights: {
    norm: 1,
    strength: 0.08,
    raises: [
      { id: 1, text: " smiled", logit: 2.1 },
      { id: 2, text: hostile.rtl, logit: 1.7 },
      { id: 3, text: hostile.huge, logit: 1.2 },
    ],
    lowers: [
      { id: 4, text: " wept", logit: -1.9 },
      { id: 5, text: "\n", logit: -0.7 },
    ],
    neighbours: [
      {
        feature: 3,
        cosine: 0.61,
        label: "mood: proud, and a label that goes on for very much longer than any column is wide",
      },
      { feature: 77, cosine: 0.4, label: null },
    ],
    convention: "Logit lens: the decoder row through the final norm and the unembedding.",
  },
  scores: {
    output: {
      value: 0.004,
      weak: true,
      prompts: [
        { text: "It was a", maxActivation: 31, score: 0.004 },
        { text: hostile.html, maxActivation: 0, score: null },
      ],
    },
    input: { value: 0.62, texts: 84 },
    convention: "Output score of Arad et al. 2025.",
    notes: [],
  },
  notes: [],
};
