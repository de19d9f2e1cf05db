import { isScalar, isSeq, type Pair } from "yaml";
import { allHooksOf } from "../../analysis/hooks.ts";
import { parseYaml } from "../../analysis/prompts/yaml.ts";
import { namedSetup, readNamedSetup } from "../../yaml/named-setup.ts";
import { placesIn } from "../../yaml/places.ts";
import { type Fields, YamlReader } from "../../yaml/reader.ts";
import { heldOutAttributes, isMarked, pairedAttributes } from "../data/tinytown/attributes.ts";
import { checkKinds } from "./check-kinds.ts";
import { kindIds, usualKind } from "./kinds.ts";
import { choicesOf, readData, textsOf } from "./parse-data.ts";
import { readControls, readEditor, readShare, readSplits } from "./parse-measures.ts";
import { readTarget, usualTarget } from "./parse-target.ts";
import {
  type Columns,
  type DataSource,
  type Level,
  levels,
  type ParsedProbe,
  type Position,
  type ProbeSpec,
  positions,
  readings,
} from "./types.ts";
import { tellUnread } from "./unread-keys.ts";

export const probeKeys = [
  ...["probe", "name", "description", "model", "saes", "data", "target", "level", "read-as", "hooks"],
  ...["positions", "kinds", "splits", "seed", "penalty", "k", "alpha", "controls", "editor"],
];

/** UTF-16 units of a specification that are read; more is another kind of file. */
const LONGEST = 1_000_000;

/**
 * Reads a specification's text as far as that goes without its model and its data. Never throws; what is not usable becomes a
 * problem at its place, and the rest is still read. Places are UTF-16 offsets.
 */
export function parseProbe(text: string): ParsedProbe {
  const yaml = parseYaml(text.slice(0, LONGEST), 0);
  const reader = new YamlReader(yaml, "probe");
  const { problems } = reader;
  const named = namedSetup(yaml, "probe");
  const parsed: ParsedProbe = { spec: null, named, data: null, places: placesIn(yaml), problems };
  const start = { start: 0, end: Math.min(1, text.length) };
  const nothing = (code: string, message: string, remedy: string): ParsedProbe => {
    reader.wrong(start, code, message, remedy);
    return parsed;
  };
  if (text.length > LONGEST)
    return nothing(
      "probe-too-large",
      `A probe's specification has at most ${LONGEST.toLocaleString("en")} characters.`,
      "Give a smaller file.",
    );
  if (problems.length > 0) return parsed;
  if (text.trim() === "" || reader.root === null)
    return nothing(
      "probe-empty",
      "The specification is empty.",
      "Begin it with probe: 1 and what data it learns from.",
    );
  const fields = reader.fields(reader.root, "a probe", probeKeys);
  if (!fields || !isVersionOne(reader, fields)) return parsed;
  const setup = readNamedSetup(reader, fields.get("model"), fields.get("saes"));
  const data = fields.get("data");
  if (!data)
    return nothing(
      "probe-no-data",
      "The probe has no data to learn from.",
      "Add data: { files: [FILE] }, data: { folder: FOLDER } or data: { tinytown: { attribute: truth } }.",
    );
  const read = readData(reader, data);
  const rest = readRest(reader, fields, read);
  if (!read) return parsed;
  const own = { data: read.source, columns: read.columns };
  return { ...parsed, data: own, spec: rest && { ...setup, ...own, ...rest } };
}

function isVersionOne(reader: YamlReader, fields: Fields): boolean {
  const version = reader.optional(fields, "probe", (it) => reader.number(it, "probe"));
  if (version && version.value !== 1)
    reader.wrong(
      version,
      "probe-version",
      `This is a probe of version ${version.value}; only version 1 is known here.`,
      "Write probe: 1, or take a newer Steerscope.",
    );
  return version === undefined || version?.value === 1;
}

type Rest = Omit<ProbeSpec, "model" | "saes" | "data" | "columns">;

/** All but the data. Every part is read, so that all that is wrong is told at once. */
function readRest(
  reader: YamlReader,
  fields: Fields,
  data: { source: DataSource; columns: Columns } | null,
): Rest | null {
  const words = (key: string) => reader.optional(fields, key, (it) => reader.words(it, key));
  const [name, description] = [words("name"), words("description")];
  const target = readTarget(reader, fields.get("target"));
  const type = target?.type ?? "classes";
  const level = reader.optional(fields, "level", (it) => reader.choice(it, "level", levels));
  const readAs = reader.optional(fields, "read-as", (it) => reader.choice(it, "read-as", readings));
  const hooks = reader.optional(fields, "hooks", (it) => readHooks(reader, it));
  const read = reader.optional(fields, "positions", (it) => choicesOf(reader, it, "positions", positions));
  const kinds = reader.optional(fields, "kinds", (it) => choicesOf(reader, it, "kinds", kindIds));
  const splits = readSplits(reader, fields.get("splits"), splitSource(data));
  const seed = reader.optional(fields, "seed", (it) => reader.whole(it, "seed", { least: 0 }));
  const penalty = reader.optional(fields, "penalty", (it) => reader.number(it, "penalty", { least: 0 }));
  const k = reader.optional(fields, "k", (it) => reader.whole(it, "k", { least: 1 }));
  const alpha = reader.optional(fields, "alpha", (it) => readShare(reader, it, "alpha"));
  const controls = readControls(reader, fields.get("controls"));
  const editor = readEditor(reader, fields.get("editor"), target ?? usualTarget);
  const optional = [name, description, level, readAs, hooks, read, kinds, seed, penalty, k, alpha];
  if (!target || !splits || !controls || !editor || optional.includes(null)) return null;
  const own = level?.value ?? usualLevel(data?.columns);
  if (own === "token" && read?.some((it) => it !== "all"))
    return reader.wrong(
      reader.place(fields.get("positions")),
      "probe-position-impossible",
      "Each token is an example of its own, so that there is nothing to pool.",
      "Take positions away, or take another level.",
    );
  const drawn = data?.source.kind === "tinytown" ? data.source.attribute : null;
  if (own === "token" && drawn !== null && !isMarked(drawn))
    return reader.wrong(
      reader.place(fields.get("level")),
      "probe-attribute-without-tokens",
      `tinytown has whole texts of “${drawn}”, no stretches whose tokens it could label.`,
      "Take another level or another attribute.",
    );
  const hasPairs = drawn === null ? data?.columns.pair !== null : pairedAttributes.includes(drawn);
  const chosen = kinds ?? [usualKind[type]];
  const setting = {
    ...{ target, level: own, kinds: chosen, drawn, hasPairs },
    ...{ positions: read ?? null, penalty: penalty?.value ?? null },
  };
  const pairOf = (key: string) => fields.get(key);
  tellUnread(reader, pairOf, setting);
  if (!checkKinds(reader, pairOf, setting)) return null;
  return {
    name: name?.value ?? null,
    description: description?.value ?? null,
    target,
    level: own,
    readAs: readAs?.value ?? "text",
    hooks: hooks ?? "resid_post",
    positions: read ?? usualPositions(own),
    kinds: chosen,
    splits,
    seed: seed?.value ?? 1,
    penalty: penalty?.value ?? null,
    k: k?.value ?? null,
    alpha: alpha?.value ?? null,
    controls,
    editor,
  };
}

const usualLevel = (columns: Columns | undefined): Level =>
  columns?.span || columns?.spans ? "span" : "text";

const usualPositions = (level: Level): Position[] => (level === "token" ? ["all"] : ["last", "mean"]);

/** What a split can go by. Tinytown always says what belongs together. */
function splitSource(data: { source: DataSource; columns: Columns } | null) {
  const columns = data?.columns ?? { group: null, split: null };
  // Where the data is broken, a split by it is not to be told wrong as well.
  if (!data) return { columns, hasGroups: true, hasSplit: true };
  if (data.source.kind === "tinytown")
    return { columns, hasGroups: true, hasSplit: heldOutAttributes.includes(data.source.attribute) };
  return { columns, hasGroups: columns.group !== null, hasSplit: columns.split !== null };
}

/** `all`, `resid_post` or names of hook points. */
function readHooks(reader: YamlReader, pair: Pair): ProbeSpec["hooks"] | null {
  const value = reader.node(pair.value);
  if (!isSeq(value) && isScalar(value) && (value.value === "all" || value.value === "resid_post"))
    return value.value;
  const names = textsOf(reader, pair, "hooks");
  const inLayer = new Set([...allHooksOf(1), "blocks.0.hook_resid_pre"]);
  const wrong = names?.findIndex((it) => !inLayer.has(it.replace(/^blocks\.\d+\./, "blocks.0.")));
  if (names === null || wrong === -1) return names;
  const node = isSeq(value) ? value.items[wrong!] : pair;
  return reader.wrong(
    reader.place(node),
    "probe-hook-unknown",
    `“${names[wrong!]}” is no hook point.`,
    "Write all, resid_post, or names such as blocks.3.hook_resid_post.",
  );
}
