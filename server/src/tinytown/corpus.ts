// Writes tinytown as JSON lines: node corpus.ts --kind scenes --n 1000 --seed 1 [--split held-out] [--core 90]
// [--text-only] [--out file]; --attributes prints the attributes instead, --exam SKILL exam items.
import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { exam, type Skill } from "./exam.ts";
import { attributes, generate, type Kind, kinds } from "./index.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string", multiple: true },
    n: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    split: { type: "string", default: "train" },
    core: { type: "string", default: "70" },
    out: { type: "string" },
    exam: { type: "string" },
    attributes: { type: "boolean", default: false },
    "text-only": { type: "boolean", default: false },
  },
});

function* lines(): Iterable<unknown> {
  const n = Number(values.n);
  const seed = Number(values.seed);
  if (!Number.isInteger(n) || !Number.isInteger(seed))
    throw new RangeError("--n and --seed are whole numbers");
  if (values.split !== "train" && values.split !== "held-out")
    throw new RangeError("--split is train or held-out");
  if (values.attributes) yield attributes;
  else if (values.exam) yield* exam({ skill: values.exam as Skill, n, seed });
  else {
    const drawn = (values.kind ?? kinds) as readonly Kind[];
    for (const text of generate({
      kinds: drawn,
      n,
      seed,
      split: values.split,
      corePercent: Number(values.core),
    })) {
      yield values["text-only"] ? { kind: text.kind, text: text.text } : text;
    }
  }
}

const file = values.out ? openSync(values.out, "w") : 1;
let pending = "";
for (const line of lines()) {
  pending += `${JSON.stringify(line)}\n`;
  if (pending.length > 1 << 16) {
    writeSync(file, pending);
    pending = "";
  }
}
writeSync(file, pending);
if (values.out) closeSync(file);
