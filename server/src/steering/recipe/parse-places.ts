import { isSeq, type Pair } from "yaml";
import type { Located } from "../../analysis/prompts/index.ts";
import { roles } from "../../analysis/prompts/roles.ts";
import type { SteeringPlaces } from "../../protocol/steering.ts";
import type { YamlReader } from "../../yaml/reader.ts";

const keys = ["tokens", "roles", "positions", "from", "until", "halfLife", "first"];
const kinds = ["all", "prompt", "generated"] as const;

/** `where`: which tokens an edit reaches; null where a part of it is not usable. Left out: all but the first. */
export function readPlaces(reader: YamlReader, pair: Pair | undefined): SteeringPlaces | null {
  const fields = pair ? reader.fields(pair, "where", keys) : new Map<string, Pair>();
  if (!fields) return null;
  const step = { least: 0 };
  const tokens = reader.optional(fields, "tokens", (it) => reader.choice(it, "where.tokens", kinds));
  const named = reader.optional(fields, "roles", (it) => readRoles(reader, it));
  const positions = reader.optional(fields, "positions", (it) => readPositions(reader, it));
  const from = reader.optional(fields, "from", (it) => reader.whole(it, "where.from", step));
  const until = reader.optional(fields, "until", (it) => reader.whole(it, "where.until", step));
  const halfLife = reader.optional(fields, "halfLife", (it) => readHalfLife(reader, it));
  const first = reader.optional(fields, "first", (it) => reader.truth(it, "where.first"));
  if ([tokens, named, positions, from, until, halfLife, first].includes(null)) return null;
  if (until && until.value <= (from?.value ?? 0))
    return reader.wrong(
      until,
      "recipe-reaches-nothing",
      `where.until is ${until.value}, not beyond where.from, so no token is reached.`,
      "Give a later step, counted from 0 at the first generated token.",
    );
  return {
    tokens: tokens?.value ?? "all",
    roles: named?.value ?? null,
    positions: positions?.value ?? null,
    steps: from || until ? [from?.value ?? 0, until?.value ?? null] : null,
    halfLife: halfLife?.value ?? null,
    first: first?.value ?? false,
  };
}

function readHalfLife(reader: YamlReader, pair: Pair): Located<number> | null {
  const found = reader.number(pair, "where.halfLife", { least: 0 });
  if (found?.value !== 0) return found;
  const remedy = "Give the steps after which the edit has half its strength, or leave it out.";
  return reader.wrong(found, "recipe-out-of-range", "where.halfLife is 0.", remedy);
}

function readRoles(reader: YamlReader, pair: Pair): { value: string[] } | null {
  const items = reader.list(pair, "where.roles")?.map((it) => reader.choice(it, "A role", roles));
  if (!items || items.includes(null)) return null;
  if (items.length > 0) return { value: items.map((it) => it!.value) };
  const message = "where.roles is empty, so no token of the prompt is reached.";
  return reader.wrong(reader.place(pair), "recipe-reaches-nothing", message, "Name a role, or leave it out.");
}

/** `[from, to]`: from the first up to before the second, which may be null or left out for the end. */
function readPositions(reader: YamlReader, pair: Pair): { value: [number, number | null] } | null {
  const list = reader.node(pair.value);
  const items = isSeq(list) ? list.items.map((it) => (reader.node(it) as { value?: unknown })?.value) : [];
  const [from, to = null] = items;
  const isEnd = to === null || Number.isInteger(to);
  if (items.length < 1 || items.length > 2 || !Number.isInteger(from) || !isEnd)
    return reader.wrong(
      reader.place(pair),
      "recipe-wrong-kind",
      "where.positions is not a list of one or two whole numbers.",
      "Write [FROM, TO]: from the first up to before the second; negative numbers count from the prompt's end.",
    );
  return { value: [from as number, to as number | null] };
}
