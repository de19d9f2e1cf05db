import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "../../server/src/tinytown/index.ts";

/** What the fixture's probe learns: the mood of a scene, read from each of its sentences. */
const specification = `probe: 1
data: { files: scenes.jsonl, label: mood, span: [start, end], group: scene }
target: { classes: [afraid, angry, cheerful, sad] }
splits: { by: group }
positions: [last, mean]
kinds: [logistic, mass-mean, k-sparse]
`;

/** Sentences of tinytown's scenes with the scene's mood, most of which do not say it: a record a line. */
export function sceneLines(): string {
  const lines: string[] = [];
  for (const [scene, { text, spans }] of [...generate({ kinds: ["scenes"], n: 90, seed: 7 })].entries()) {
    const mood = spans.find(({ attribute }) => attribute === "mood");
    if (!mood) continue;
    // Without its full stop, so that the last token is a word.
    for (const { attribute, start, end } of spans)
      if (attribute === "tense" && start >= mood.start && end <= mood.end)
        lines.push(JSON.stringify({ text, start, end: end - 1, mood: mood.value, scene: `scene ${scene}` }));
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Writes data and specification of `fixtures/scenes.probe.json` into a folder. The fixture is what
 * `node test/vscode/report-data.ts DIR && steerscope probe train DIR/scenes.probe.yaml` made, with DIR replaced by `/workspace`.
 */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = path.resolve(process.argv[2] ?? ".");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "scenes.jsonl"), sceneLines());
  writeFileSync(path.join(folder, "scenes.probe.yaml"), specification);
}
