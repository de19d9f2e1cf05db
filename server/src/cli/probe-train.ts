import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { Lines } from "../analysis/lines.ts";
import { resolveSetup } from "../analysis/setup.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import { ProblemError } from "../host/problem-error.ts";
import { savedProbePath } from "../probes/saved/read.ts";
import { writeProbe } from "../probes/saved/write.ts";
import { parseProbe } from "../probes/spec/parse.ts";
import { swept } from "../probes/spec/swept.ts";
import type { ProbeSpec } from "../probes/spec/types.ts";
import { trainProbe } from "../probes/train/train.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { remark } from "./analyse-here.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";
import { reportText } from "./probe-text.ts";

export interface ProbeTrainOptions {
  model?: string;
  sae?: string[];
  json?: boolean;
  placeControls?: number;
}

/** `steerscope probe train|sweep SPEC`. */
export async function probeTrainCommand(
  fileName: string,
  way: "train" | "sweep",
  options: ProbeTrainOptions,
): Promise<void> {
  const { spec: written, path } = readSpec(fileName);
  const places = options.placeControls ?? written.controls.places;
  const spec = { ...written, controls: { ...written.controls, places } };
  const { model, saes, device } = resolveSetup({
    frontMatter: {
      ...(spec.model && { model: spec.model }),
      ...(spec.saes && { saes: spec.saes }),
    },
    settings: defaultSettings,
    file: path,
    folder: process.cwd(),
    override: { ...(options.model && { model: options.model }), ...(options.sae && { saes: options.sae }) },
    trusted: true,
  });
  const name = spec.name ?? basename(savedProbePath(path), ".probe.json");
  const ground = { worker: findInstall(import.meta.url).probeWorker, cache: cacheFolder() };
  const trained = await interruptible((token, show) =>
    withEngine((host) =>
      trainProbe(
        { host, ...ground, log: (line) => console.error(line) },
        {
          spec: way === "sweep" ? swept(spec) : spec,
          setup: { model, saes, device },
          folder: dirname(path),
          name,
        },
        (stage, done, total) => show(`${stage[0].toUpperCase()}${stage.slice(1)}: ${done} of ${total}`),
        token,
      ),
    ),
  );
  for (const { severity, message, remedy } of trained.problems)
    console.error(`${fileName}: ${severity}: ${message} ${remedy}`);
  const kept = way === "train" && trained.chosen ? savedProbePath(path) : null;
  if (kept) writeProbe(kept, trained, spec);
  if (!trained.chosen) process.exitCode = 1;
  if (options.json) console.log(JSON.stringify(trained.report, null, 2));
  else console.log(reportText(trained.report, kept));
}

/** @throws ProblemError for the first error, with its line */
function readSpec(fileName: string): { spec: ProbeSpec; path: string } {
  const path = resolve(fileName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ProblemError({
      code: "file-unreadable",
      message: `${fileName} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      remedy: "Name the specification of a probe, NAME.probe.yaml.",
      subject: "probe",
      path,
    });
  }
  const { spec, problems } = parseProbe(text);
  const lines = new Lines(text);
  for (const { start, severity, message, remedy } of problems) {
    const { line, character } = lines.position(start);
    console.error(`${fileName}:${remark(line, character, severity, `${message} ${remedy}`)}`);
  }
  const wrong = problems.find(({ severity }) => severity === "error");
  if (spec && !wrong) return { spec, path };
  throw new ProblemError({
    code: "probe-not-usable",
    message: `${fileName} cannot be trained as it is.`,
    remedy: "Correct what is said of it above.",
    subject: "probe",
    path,
  });
}
