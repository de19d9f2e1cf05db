// Measures the product and prints one JSON document; asserts nothing.
//   npm run bench -- [FIGURE …] [--runs N] [--peers PYTHON]… [--model FOLDER [--sae SAE]…]
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { activation } from "./activation.ts";
import { devices } from "./devices.ts";
import { explorer } from "./explorer.ts";
import { featurePanel } from "./feature-panel.ts";
import { loading } from "./loading.ts";
import { appendedWord } from "./passes.ts";
import { passes } from "./peers.ts";
import { probeAnalysis } from "./probe-analysis.ts";
import { probeSweep } from "./probe-sweep.ts";
import { probes } from "./probes.ts";
import { hovers, serverStart } from "./protocol.ts";
import { scans } from "./scan.ts";
import { hoversDuringScan } from "./scan-through-server.ts";
import { steering } from "./steering.ts";
import { inspectCommand } from "./whole-process.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "15" },
    peers: { type: "string", multiple: true },
    model: { type: "string" },
    sae: { type: "string", multiple: true },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) usage("--runs is a whole number from 1 on");

const figures: Record<string, () => Promise<object>> = {
  inspect: () => inspectCommand(runs),
  server: () => serverStart(runs),
  hover: () => hovers(40 * runs),
  loading: () => loading(Math.ceil(runs / 3)),
  append: () => appendedWord(runs),
  passes: () => passes(runs, values.peers?.[0]),
  explorer: () => explorer(runs),
  featurePanel: () => featurePanel(10 * runs),
  activation: () => activation(Math.ceil(runs / 5)),
  scan: () => scans(Math.ceil(runs / 5)),
  scanHover: () => hoversDuringScan(60 * runs),
  probeAnalysis: () => probeAnalysis(runs),
  probes: () => probes(Math.ceil(runs / 5), values.peers?.[0]),
  probeSweep: () => probeSweep(Math.ceil(runs / 8), 20 * runs),
  devices: () => devices(runs, { model: values.model, saes: values.sae }),
  steering: () => steering(Math.ceil(runs / 3), values.peers ?? []),
};
const wanted = positionals.length > 0 ? positionals : Object.keys(figures);
for (const name of wanted) if (!Object.hasOwn(figures, name)) usage(`no figure is called ${name}`);

const before = loadavg()[0];
const measured: Record<string, object> = {};
for (const name of wanted) {
  process.stderr.write(`${name} …\n`);
  try {
    measured[name] = await figures[name]();
  } catch (error) {
    // A figure whose material is not at hand is left out and says why; the others are still worth having.
    measured[name] = { notMeasured: (error as Error).message };
    process.exitCode = 1;
  }
}
const machine = { cpu: cpus()[0].model, cores: cpus().length, loadAverageBefore: Number(before.toFixed(2)) };
console.log(
  JSON.stringify(
    { schema: "steerscope.bench/1", machine, node: process.version, runs, figures: measured },
    null,
    1,
  ),
);

function usage(problem: string): never {
  console.error(
    `${problem}. Usage: npm run bench -- [${Object.keys(figures).join(" | ")} …] [--runs N] [--peers PYTHON]… [--model FOLDER [--sae SAE]…]`,
  );
  process.exit(2);
}
