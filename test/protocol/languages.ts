import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "./command-line.ts";

const specification = (classes: string[]) => `probe: 1
data: { tinytown: { attribute: language, n: 900, seed: 3 } }
target: { classes: [${classes.join(", ")}], examples: { max: 60 } }
hooks: [blocks.2.hook_resid_post]
positions: [mean]
kinds: [mass-mean]
controls: false
`;

/** Trains two probes in a folder: `german` tells English and German, `tongue` three languages. */
export async function trainLanguages(folder: string): Promise<void> {
  for (const [name, classes] of [
    ["german", ["english", "german"]],
    ["tongue", ["english", "german", "french"]],
  ] as const) {
    writeFileSync(join(folder, `${name}.probe.yaml`), specification([...classes]));
    const { status, stderr } = await commandLine(folder, ["probe", "train", `${name}.probe.yaml`]);
    if (status !== 0) throw new Error(stderr);
  }
}
