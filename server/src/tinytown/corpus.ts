// Writes tinytown as JSON lines: node corpus.ts --kind scenes --n 1000 --seed 1 [--split held-out] [--core 90]
// [--answers]: the text and where its answers stand, instead of all spans; --attributes prints the attributes instead, --exam SKILL exam items, and --judge ATTRIBUTE what the
// judge finds in texts that come in as JSON strings, one a line. What the training recipe needs of the generator.
import { readFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { exam, type Skill } from "./exam.ts";
import { attributes, generate, type Kind, kinds } from "./index.ts";
import { judge } from "./judge/judge.ts";
import type { LabelledText } from "./types.ts";

/** Attributes whose spans follow from what stands before them: what there is to learn in a text that is random otherwise. */
const answers = new Set(["verdict", "result", "comparison", "letter", "copied", "indirect object"]);

/** A text and the `[start, end]` of its answers. */
function withAnswers({ text, spans }: LabelledText): object {
  const found = spans.filter(({ attribute }) => answers.has(attribute));
  return { text, answers: found.map(({ start, end }) => [start, end]) };
}

const { values } = parseArgs({
  options: {
    kind: { type: "string", multiple: true },
    n: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    split: { type: "string", default: "train" },
    core: { type: "string", default: "70" },
    exam: { type: "string" },
    judge: { type: "string" },
    attributes: { type: "boolean", default: false },
    answers: { type: "boolean", default: false },
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
  else if (values.judge) {
    for (const line of readFileSync(0, "utf8").split("\n")) {
      if (line !== "") yield judge(JSON.parse(line), values.judge).value;
    }
  } else {
    const drawn = (values.kind ?? kinds) as readonly Kind[];
    for (const text of generate({
      kinds: drawn,
      n,
      seed,
      split: values.split,
      corePercent: Number(values.core),
    })) {
      yield values.answers ? withAnswers(text) : text;
    }
  }
}

let pending = "";
for (const line of lines()) {
  pending += `${JSON.stringify(line)}\n`;
  if (pending.length > 1 << 16) {
    writeSync(1, pending);
    pending = "";
  }
}
writeSync(1, pending);
