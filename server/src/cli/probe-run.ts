import { resolve } from "node:path";
import { readSavedProbe, savedProbePath } from "../probes/saved/read.ts";
import { readOtherwise } from "../probes/saved/read-otherwise.ts";
import { type Reading, readingsOf } from "../probes/saved/readings.ts";
import { savedProbeEnding } from "../protocol/probe-file.ts";
import { analyseHere } from "./analyse-here.ts";
import { columns, quoted } from "./columns.ts";
import { readPrompt } from "./prompt-source.ts";

export interface ProbeRunOptions {
  threshold?: number;
  model?: string;
  json?: boolean;
}

/** `steerscope probe run SPEC FILE…`: exit status 1 where the probe could not read a file. */
export async function probeRunCommand(
  spec: string,
  files: string[],
  options: ProbeRunOptions,
): Promise<void> {
  const path = resolve(spec.endsWith(savedProbeEnding) ? spec : savedProbePath(spec));
  const saved = readSavedProbe(path);
  const model = options.model ?? saved.report.model.id;
  const results: { file: string; readings: Reading[]; note: string | null }[] = [];
  for (const file of files) {
    const source = await readPrompt(file, { model });
    const { result, remarks } = await analyseHere(
      source,
      (document) => ({
        readings: readingsOf(document, path, saved),
        note: readOtherwise(document, saved),
        isRead: document.analysis.probes.some((it) => it.path === path),
      }),
      [path],
    );
    for (const it of remarks) console.error(`${file}:${it}`);
    const { note, isRead } = result;
    if (!isRead) process.exitCode = 1;
    const least = options.threshold ?? Number.NEGATIVE_INFINITY;
    results.push({ file, note, readings: result.readings.filter(({ score }) => score >= least) });
  }
  if (options.json) {
    const { name, report } = saved;
    const json = { schema: "steerscope.probe-run/1", probe: name, trust: report.trust, files: results };
    console.log(JSON.stringify(json, null, 2));
    return;
  }
  const rows = results.flatMap(({ file, readings }) =>
    readings.map(({ range, text, told, output, score, scores, abstains }) => [
      `${file}:${range.start.line + 1}:${range.start.character + 1}`,
      abstains ? "abstains" : `${told} ${(scores[output] ?? score).toFixed(2)}`,
      quoted(text),
    ]),
  );
  console.log(columns(rows).join("\n"));
  for (const { file, note } of results) if (note) console.log(`${file}: ${note}`);
  if (saved.report.trust) console.log(saved.report.trust.sentence);
}
