/**
 * Reranking by a probe (Li et al. 2024, Q-Probe) against the judge of the embedded model's world: completions of neutral beginnings
 * are rewarded where they are cheerful, a probe is trained on these rewards, and on other beginnings the expected reward of
 * the sample that softmax(q / β) takes is laid beside the mean of all samples.
 *
 *     node test/trials/q-probe.ts --data examples/probes/cheerful-reward.jsonl
 *     node dist/cli.js probe train examples/probes/cheerful-reward.probe.yaml
 *     node test/trials/q-probe.ts --probe examples/probes/cheerful-reward.probe.json
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { rerankWeights } from "../../server/src/learn/rerank.ts";
import { restoreProbe } from "../../server/src/probes/saved/restore.ts";
import type { MessageInput } from "../../server/src/protocol/engine.ts";
import { qValues } from "../../server/src/steering/rerank/q-values.ts";
import { shows } from "./arms.ts";
import { promptsFor, type Wish } from "./attributes.ts";
import { setup as full, TrialEngine } from "./engine.ts";
import { interval, mean } from "./statistics.ts";

const wish: Wish = { attribute: "mood", value: "cheerful", kind: "scenes", labelled: ["scenes"] };
const setup = { ...full, saes: [] };
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    probe: { type: "string" },
    prompts: { type: "string", default: "80" },
    samples: { type: "string", default: "8" },
  },
});
const [count, k] = [Number(values.prompts), Number(values.samples)];
const betas = [0, 0.25, 0.5, 1, 2, 4];
const engine = new TrialEngine(1, tmpdir());
const never = { isCancellationRequested: false };
const host = {
  identify: () => engine.service.identify(setup, () => {}),
  collect: (params: Parameters<typeof engine.service.collect>[0]) =>
    engine.service.collect(params, () => {}, never),
};

async function samplesOf(text: string, seed: number): Promise<string[]> {
  const messages: MessageInput[] = [{ role: null, text }];
  const sampling = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed };
  const run = { run: "trial", messages, steering: [], sampling, maxTokens: 32, samples: k, stop: [] };
  return (await engine.generate({ ...setup, ...run })).samples.map((it) => it.text);
}

/** Beginnings from the first list teach, those behind it test. */
async function makeData(file: string): Promise<void> {
  const lines: string[] = [];
  for (const [i, prompt] of promptsFor(wish, 0, count).entries()) {
    for (const sample of await samplesOf(prompt, 1000 + i))
      lines.push(
        JSON.stringify({
          text: prompt + sample,
          reward: shows(sample, wish) ? "cheerful" : "not",
          prompt: i,
        }),
      );
    if (i % 20 === 19) console.log(`${i + 1} of ${count} beginnings continued`);
  }
  writeFileSync(file, `${lines.join("\n")}\n`);
  const share = lines.filter((it) => it.includes('"reward":"cheerful"')).length / lines.length;
  console.log(`${lines.length} completions, ${(100 * share).toFixed(1)} % cheerful: ${file}`);
}

async function tryProbe(path: string): Promise<void> {
  const probe = restoreProbe(path);
  const groups: { q: number[]; reward: number[] }[] = [];
  for (const [i, text] of promptsFor(wish, 1000, count).entries()) {
    const samples = await samplesOf(text, 9000 + i);
    const subject = { setup, fileName: `beginning ${i}`, messages: [{ role: null, text }] };
    const q = await qValues(host, subject, probe, samples);
    const read = samples.flatMap((sample, s) =>
      q[s] === null ? [] : [{ q: q[s], reward: Number(shows(sample, wish)) }],
    );
    groups.push({ q: read.map((it) => it.q), reward: read.map((it) => it.reward) });
    if (i % 20 === 19) console.log(`${i + 1} of ${count} beginnings ranked`);
  }
  const plain = groups.map(({ reward }) => mean(reward));
  const taken = (beta: number) =>
    groups.map(({ q, reward }) =>
      rerankWeights(q, beta).reduce((sum, weight, s) => sum + weight * reward[s], 0),
    );
  const line = (name: string, of: number[]) => {
    const figure = (each: number[]) => {
      const [low, high] = interval(each, mean);
      return `${mean(each).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
    };
    console.log(`| ${name} | ${figure(of)} | ${figure(of.map((it, i) => it - plain[i]))} |`);
  };
  console.log(`${count} beginnings, ${k} samples each; intervals: bootstrap over beginnings, 95 %.`);
  console.log("| taken | expected reward | gain over the mean of samples |\n|---|---|---|");
  line("any sample (mean)", plain);
  for (const beta of betas.toReversed())
    line(beta === 0 ? "β = 0, the best by q" : `β = ${beta}`, taken(beta));
  line(
    "the best by the judge",
    groups.map(({ reward }) => Math.max(...reward)),
  );
}

if (values.data) await makeData(values.data);
else if (values.probe) await tryProbe(values.probe);
else throw new Error("Say what to do: --data FILE, or --probe FILE.");
process.exit(0);
