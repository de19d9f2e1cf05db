import { isScalar, type Pair } from "yaml";
import type { Fields, YamlReader } from "../../yaml/reader.ts";
import { textsOf } from "./parse-data.ts";
import { silentProblem } from "./silent.ts";
import {
  type Columns,
  type ControlSpec,
  duplicateWays,
  type EditorSpec,
  type SplitSpec,
  severities,
  splitWays,
  type TargetSpec,
} from "./types.ts";

export const splitKeys = ["test", "by", "test-groups", "duplicates"] as const;
export const editorKeys = ["threshold", "severity", "message", "silent"] as const;
/** Controls by their keys, each with its name in {@link ControlSpec}. */
export const controlNames = {
  shuffled: "shuffled",
  seeds: "seeds",
  places: "places",
  "control-task": "controlTask",
  "n-gram": "nGram",
  cleaned: "cleaned",
  "group-held-out": "groupHeldOut",
  "learning-curve": "learningCurve",
  "description-length": "descriptionLength",
  "usable-information": "usableInformation",
} as const satisfies Record<string, keyof ControlSpec>;

const mostRuns = 1_000;

export const usualControls: ControlSpec = {
  shuffled: 5,
  seeds: 5,
  places: 1,
  controlTask: true,
  nGram: true,
  cleaned: true,
  groupHeldOut: true,
  learningCurve: true,
  descriptionLength: true,
  usableInformation: true,
};

const noControls: ControlSpec = {
  shuffled: 0,
  seeds: 1,
  places: 0,
  controlTask: false,
  nGram: false,
  cleaned: false,
  groupHeldOut: false,
  learningCurve: false,
  descriptionLength: false,
  usableInformation: false,
};

/** `splits`; null where a part of it is not usable. @param source what it splits: a column `split` or `group` is used unless told otherwise */
export function readSplits(
  reader: YamlReader,
  pair: Pair | undefined,
  source: { columns: Pick<Columns, "group" | "split">; hasGroups: boolean; hasSplit: boolean },
): SplitSpec | null {
  const fields = pair ? reader.fields(pair, "splits", splitKeys) : (new Map() as Fields);
  if (!fields) return null;
  const test = reader.optional(fields, "test", (it) => readShare(reader, it, "splits.test"));
  const by = reader.optional(fields, "by", (it) => reader.choice(it, "splits.by", splitWays));
  const testGroups = reader.optional(fields, "test-groups", (it) =>
    textsOf(reader, it, "splits.test-groups"),
  );
  const duplicates = reader.optional(fields, "duplicates", (it) =>
    reader.choice(it, "splits.duplicates", duplicateWays),
  );
  if ([test, by, testGroups, duplicates].includes(null)) return null;
  const way =
    by?.value ?? (testGroups ? "group" : source.hasSplit ? "column" : source.hasGroups ? "group" : "random");
  const lacks = (what: string) =>
    reader.wrong(
      reader.place(by ? fields.get("by") : fields.get("test-groups")),
      "probe-split-impossible",
      `The split goes by ${what}, and data names no ${what === "group" ? "group" : "split"}.`,
      `Name the column in data, or split by random.`,
    );
  if (way === "group" && !source.hasGroups) return lacks("group");
  if (way === "column" && !source.hasSplit) return lacks("column");
  if (testGroups && way !== "group")
    return reader.wrong(
      reader.place(fields.get("test-groups")),
      "probe-key-elsewhere",
      `splits.test-groups means nothing where the split goes by ${way}.`,
      "Take it away, or write by: group.",
    );
  return {
    test: test?.value ?? 0.2,
    by: way,
    testGroups: testGroups ?? null,
    duplicates: duplicates?.value ?? "drop",
  };
}

/** A share that leaves something on both sides. */
export function readShare(reader: YamlReader, pair: Pair, what: string) {
  const share = reader.number(pair, what, { least: 0, most: 1 });
  if (!share || (share.value > 0 && share.value < 1)) return share;
  return reader.wrong(share, "probe-out-of-range", `${what} is ${share.value}.`, "It lies between 0 and 1.");
}

/** `controls`: `false` for none, else those that are said over those that are usual. */
export function readControls(reader: YamlReader, pair: Pair | undefined): ControlSpec | null {
  if (!pair) return usualControls;
  const value = reader.node(pair.value);
  if (isScalar(value) && typeof value.value === "boolean") return value.value ? usualControls : noControls;
  const fields = reader.fields(pair, "controls", Object.keys(controlNames));
  if (!fields) return null;
  const found: Record<string, number | boolean> = { ...usualControls };
  for (const [key, field] of fields) {
    const name = controlNames[key as keyof typeof controlNames];
    const isCount = name === "shuffled" || name === "seeds" || name === "places";
    const isOff = (reader.node(field.value) as { value?: unknown } | null)?.value === false;
    const least = name === "seeds" ? 1 : 0;
    const read = isCount
      ? isOff
        ? { value: least }
        : reader.whole(field, `controls.${key}`, { least, most: mostRuns })
      : reader.truth(field, `controls.${key}`);
    if (!read) return null;
    found[name] = read.value;
  }
  return found as unknown as ControlSpec;
}

/** `editor`; null where a part of it is not usable. @param target what the probe tells, as far as the specification says it */
export function readEditor(
  reader: YamlReader,
  pair: Pair | undefined,
  target: Pick<TargetSpec, "type" | "names" | "positive">,
): EditorSpec | null {
  const fields = pair ? reader.fields(pair, "editor", editorKeys) : (new Map() as Fields);
  if (!fields) return null;
  const isNumber = target.type === "number";
  const range = isNumber ? {} : { least: 0, most: 1 };
  const threshold = reader.optional(fields, "threshold", (it) =>
    reader.number(it, "editor.threshold", range),
  );
  const severity = reader.optional(fields, "severity", (it) =>
    reader.choice(it, "editor.severity", severities),
  );
  const message = reader.optional(fields, "message", (it) => reader.words(it, "editor.message"));
  const silent = reader.optional(fields, "silent", (it) => textsOf(reader, it, "editor.silent"));
  if ([threshold, severity, message].includes(null) || silent === null) return null;
  const names = isNumber ? [] : target.positive === null ? target.names : ["not it", target.positive];
  const wrong = silent && names && silentProblem(silent, names);
  if (wrong) return reader.wrong(reader.place(fields.get("silent")), wrong.code, wrong.message, wrong.remedy);
  return {
    threshold: threshold?.value ?? null,
    severity: severity?.value ?? "information",
    message: message?.value ?? null,
    silent: silent ?? null,
  };
}
