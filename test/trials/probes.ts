import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { parseProbe } from "../../server/src/probes/spec/parse.ts";
import { isProbeName, probeEnding } from "../../server/src/probes/spec/types.ts";
import { type TrainedProbe, trainProbe } from "../../server/src/probes/train/train.ts";
import type { ProbeReport } from "../../server/src/protocol/probe-report.ts";
import { generate } from "../../server/src/tinytown/index.ts";
import { setup, TrialEngine } from "./engine.ts";

/**
 * Trains the example probes whose texts are drawn of tinytown, a probe on labels drawn at random, and the truth probe on a hundred shuffles of its
 * labels; prints a table of figures with their controls. Reports are kept in `--out`, and one that is there is not made again.
 */
const { values } = parseArgs({
  options: {
    out: { type: "string", default: "probe-trial" },
    only: { type: "string", multiple: true },
    threads: { type: "string", default: "1" },
  },
});
const root = join(import.meta.dirname, "../..");
const examples = join(root, "examples/probes");
const out = values.out as string;
mkdirSync(out, { recursive: true });
const engine = new TrialEngine(Number(values.threads), out);
const quiet = () => {};
const never = { isCancellationRequested: false };
const ground = {
  host: {
    describe: () => engine.describe(),
    identify: () => engine.service.identify(setup, quiet),
    collect: (params: Parameters<TrialEngine["service"]["collect"]>[0]) =>
      engine.service.collect(params, quiet, never),
  },
  worker: join(root, "server/src/probes/work/main.ts"),
  cache: out,
  log: quiet,
};

async function train(name: string, yaml: string, folder: string): Promise<ProbeReport> {
  const kept = join(out, `${name}.json`);
  try {
    return JSON.parse(readFileSync(kept, "utf8")) as ProbeReport;
  } catch {
    // Not made yet.
  }
  const { spec, problems } = parseProbe(yaml);
  if (!spec) throw new Error(`${name}: ${problems.map(({ message }) => message).join(" ")}`);
  const trained: TrainedProbe = await trainProbe(
    ground,
    { spec, setup, folder, name: spec.name ?? name },
    quiet,
  );
  writeFileSync(kept, JSON.stringify(trained.report));
  return trained.report;
}

/** The same stretches as the mood probe's, each with a label of a coin: nothing is there to be read. */
function randomLabels(): string {
  const lines = [...generate({ kinds: ["scenes"], n: 900, seed: 4 })].flatMap(({ text }, i) =>
    // A mixer that the generator does not use.
    text.length > 0
      ? [JSON.stringify({ text, label: (Math.imul(i + 1, 0x9e3779b1) >>> 13) & 1 ? "heads" : "tails" })]
      : [],
  );
  writeFileSync(join(out, "random.jsonl"), lines.join("\n"));
  return "probe: 1\nname: Random labels\ndata: { files: [random.jsonl] }\npositions: [last, mean]\nkinds: [logistic]\n";
}

const shuffles = (yaml: string) =>
  `${yaml.replace(/^kinds:.*$/m, "kinds: [logistic]").replace(/^name:.*$/m, "name: Truth, 100 shuffles")}hooks: [blocks.3.hook_resid_post]\ncontrols: { shuffled: 100 }\n`;

/** Those whose texts are drawn; what learns from files that another trial makes (`will-it-answer.ts`, `q-probe.ts`) belongs to that one. */
const drawn = readdirSync(examples)
  .filter(isProbeName)
  .map((file) => ({ name: basename(file, probeEnding), yaml: readFileSync(join(examples, file), "utf8") }))
  .filter(({ yaml }) => parseProbe(yaml).data?.data.kind === "tinytown");
const wishes: [name: string, yaml: string, folder: string][] = [
  ...drawn.map(({ name, yaml }): [string, string, string] => [name, yaml, examples]),
  ["random-labels", randomLabels(), out],
  ["shuffles", shuffles(readFileSync(join(examples, "truth.probe.yaml"), "utf8")), dirname(examples)],
];

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : value.toFixed(3);
console.log(
  "| probe | chosen | held out | majority | best text baseline | control task | shuffled | groups held out | other splits | verdict |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|");
for (const [name, yaml, folder] of wishes) {
  if (values.only && !values.only.includes(name)) continue;
  const report = await train(name, yaml, folder);
  const { cells, chosen, figures, controls, trust } = report;
  if (chosen === null || !figures || !controls) {
    console.log(`| ${report.name} | ${cells.map(({ problem }) => problem).join("; ")} |`);
    continue;
  }
  const { source, position, kind } = cells[chosen];
  const best = controls.text
    .filter(({ id }) => id !== "majority")
    .sort((a, b) => b.figure.value - a.figure.value)[0];
  const within = controls.shuffled.filter((run) => run.within).length;
  const { leading } = figures;
  console.log(
    `| ${report.name} | ${kind}, ${source.replace(/^blocks\.(\d+)\.hook_/, "layer $1 ")}, ${position} | ${number(leading.value)} (${number(leading.low)}–${number(leading.high)}) | ${number(controls.majority)} | ${best ? `${best.id}${best.before ? " up to there" : ""} ${number(best.figure.value)}` : "–"} | ${number(controls.controlTask?.control.value)} | ${within} of ${controls.shuffled.length} within chance | ${number(controls.groups?.figure.value)} | ${number(controls.seeds?.figure.value)} | ${trust?.verdict} |`,
  );
  if (figures.abstention)
    console.log(
      `  abstains: ${figures.abstention.classes.map((it) => `${it.name} ${number(it.abstained)} of ${it.n}`).join(", ")}`,
    );
}
console.log(
  "\nHeld-out figure by layer (residual behind each), then the control task's where there is one:\n",
);
for (const [name] of wishes) {
  let report: ProbeReport;
  try {
    report = JSON.parse(readFileSync(join(out, `${name}.json`), "utf8"));
  } catch {
    continue;
  }
  for (const { kind, position, layer } of report.depth) {
    const line = report.cells.filter(
      (cell) => cell.kind === kind && cell.position === position && cell.layer !== null,
    );
    const figures = line.map(({ test }) => number(test?.value)).join(" ");
    const control = line.map((cell) => number(cell.control)).join(" ");
    console.log(
      `${report.name}, ${kind}, ${position}: ${figures} | ${control} | readable from layer ${layer ?? "none"}`,
    );
  }
}
