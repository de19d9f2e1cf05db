/**
 * Whether the embedded model answers right, for a probe that is to tell it before the answer is written: facts of residents that
 * its training text mentions often, rarely and never, each begun as a sentence, answered greedily and judged exactly. Residents
 * are noted, so that the probe can be tried on others than it was trained on: names alone tell how often they are mentioned.
 *
 *     node test/trials/will-it-answer.ts --data examples/probes/will-it-answer.jsonl
 *     node dist/cli.js probe train examples/probes/will-it-answer.probe.yaml
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { exam } from "../../server/src/tinytown/exam.ts";
import { setup, TrialEngine } from "./engine.ts";

const { values } = parseArgs({
  options: { data: { type: "string" }, facts: { type: "string" }, streets: { type: "string" } },
});
if (!values.data) throw new Error("Say where the data goes: --data FILE.");
const [facts, streets] = [Number(values.facts ?? 900), Number(values.streets ?? 200)];

/** Whom a beginning is about: first name and surname. */
const residentIn = (prompt: string) => /\p{Lu}\p{L}+ \p{Lu}\p{L}+/u.exec(prompt)?.[0] ?? null;

const engine = new TrialEngine(1, tmpdir());
const items = [
  ...exam({ skill: "facts", n: facts, seed: 71 }),
  ...exam({ skill: "streets", n: streets, seed: 72 }),
];
const seen = new Set<string>();
const lines: string[] = [];
for (const { prompt, answer, group } of items) {
  if (seen.has(prompt)) continue;
  seen.add(prompt);
  const sampling = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };
  const { samples } = await engine.generate({
    ...{ ...setup, saes: [], run: "trial", messages: [{ role: null, text: prompt }], steering: [] },
    ...{ sampling, maxTokens: 10, samples: 1, stop: ["."] },
  });
  const said = samples[0].text;
  // The answer ends where it ends: “cat” is not “catfish”.
  const right = said.startsWith(answer) && !/^[\p{L}\p{N}]/u.test(said.slice(answer.length));
  const resident = residentIn(prompt);
  lines.push(JSON.stringify({ text: prompt, answer, said, right: right ? "yes" : "no", group, resident }));
  if (lines.length % 100 === 0) console.log(`${lines.length} of ${items.length} asked`);
}
writeFileSync(values.data, `${lines.join("\n")}\n`);
const share = lines.filter((it) => it.includes('"right":"yes"')).length / lines.length;
console.log(`${lines.length} questions, ${(100 * share).toFixed(1)} % answered right: ${values.data}`);
process.exit(0);
