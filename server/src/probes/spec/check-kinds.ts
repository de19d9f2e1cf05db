import { isScalar, isSeq, type Pair } from "yaml";
import type { KindId } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import { rangeMissed } from "../../learn/strength.ts";
import type { Place, YamlReader } from "../../yaml/reader.ts";
import { kindIds } from "./kinds.ts";
import type { Position, ProbeSpec } from "./types.ts";

/** What decides whether a kind of probe can be trained at all. */
export interface KindSetting extends Pick<ProbeSpec, "target" | "level" | "kinds"> {
  /** The attribute that is drawn of tinytown; null where the data is another. */
  drawn: string | null;
  /** Whether the data has pairs of a statement and its contrary. */
  hasPairs: boolean;
  /** The positions that are named; null: none are. */
  positions: readonly Position[] | null;
  penalty: number | null;
}

type Refusal = [code: string, message: string, remedy: string];
export type PairOf = (key: string) => Pair | undefined;

/**
 * Tells of kinds that cannot be trained with the target, at the level, or with the penalty that a specification names, each where it
 * stands.
 * @param pairOf the specification's pairs by key
 * @returns whether all can be trained
 */
export function checkKinds(reader: YamlReader, pairOf: PairOf, setting: KindSetting): boolean {
  const before = reader.problems.length;
  const level = levelRefusal(setting);
  if (level) reader.wrong(reader.place(pairOf("level")), ...level);
  const refused = setting.kinds.filter((kind) => {
    const why = level ? null : kindRefusal(kind, setting);
    if (why) reader.wrong(kindPlace(reader, pairOf("kinds"), kind), ...why);
    return why !== null;
  });
  const others = setting.kinds.filter((it) => !refused.includes(it));
  for (const why of penaltyRefusals(others, setting.penalty))
    reader.wrong(reader.place(pairOf("penalty")), ...why);
  const positions = level ? null : positionRefusal(setting);
  if (positions) reader.wrong(reader.place(pairOf("positions")), ...positions);
  return reader.problems.length === before;
}

/** Tokens that no stretch covers are of the class “none”. */
function levelRefusal({ level, target }: KindSetting): Refusal | null {
  if (level !== "token" || target.type === "classes") return null;
  const [what, where] =
    target.type === "number" ? ["a number", "which is no number"] : ["an order", "which has no place in it"];
  return [
    "probe-target-impossible",
    `At level token a target cannot be ${what}: a token that no stretch covers is “none”, ${where}.`,
    "Take level: span, or a target of classes.",
  ];
}

function kindRefusal(kind: KindId, setting: KindSetting): Refusal | null {
  const { target, level } = setting;
  const others = kindIds.filter((it) => it !== kind && kindOf(it).targets.includes(target.type)).join(", ");
  if (!kindOf(kind).targets.includes(target.type))
    return [
      "probe-kind-other-target",
      `A probe of the kind ${kind} tells ${targetsOf(kind)}, and the target is ${targetWords[target.type]}.`,
      kind === "ordinal" && target.type === "classes"
        ? "Give the order, the least first, target: { order: [low, middle, high] }, or take another kind."
        : `Take one of ${others}, or another target.`,
    ];
  const readsHeads = kind === "attention-pattern" || kind === "attention-statistics";
  if (level === "token" && (kindOf(kind).reads === "rows" || readsHeads))
    return [
      "probe-kind-other-level",
      `A probe of the kind ${kind} reads ${readsHeads ? "where a text's last token looks" : "all tokens of an example"}, and at level token each token is an example by itself.`,
      "Take level: span or level: text, or another kind such as logistic.",
    ];
  return kind === "ccs" ? pairsRefusal(setting) : null;
}

function pairsRefusal({ target, level, drawn, hasPairs }: KindSetting): Refusal | null {
  if (!hasPairs)
    return [
      "probe-pairs-missing",
      `A probe of the kind ccs learns from pairs of a statement and its contrary, and ${drawn === null ? "data names no column pair" : `tinytown has none of “${drawn}”`}.`,
      drawn === null
        ? "Name it in data, or take another kind."
        : "Take the attribute truth, or another kind.",
    ];
  if (level === "token")
    return [
      "probe-kind-other-level",
      "A probe of the kind ccs learns from pairs of statements, and tokens have no contraries.",
      "Take level: span or level: text, or another kind.",
    ];
  const names = target.names ?? (drawn === "trilemma" ? ["true", "false", "neither"] : []);
  if (names.length > 2 && target.positive === null)
    return [
      "probe-kind-other-target",
      `A probe of the kind ccs tells two classes apart, and the target has ${names.length}: ${names.join(", ")}.`,
      "Name two of them with target.classes, one against the others with target.positive, or take another kind.",
    ];
  return null;
}

/** One for each range that the penalty is out of. */
function penaltyRefusals(kinds: readonly KindId[], penalty: number | null): Refusal[] {
  if (penalty === null) return [];
  const missed = new Map<string, string[]>();
  for (const kind of kinds) {
    const range = kindOf(kind).penalty;
    const words = range && rangeMissed(penalty, range);
    if (words) missed.set(words, [...(missed.get(words) ?? []), kind]);
  }
  return [...missed].map(([words, of]) => [
    "probe-out-of-range",
    `penalty is ${penalty}, and of ${of.join(", ")} it has to be ${words}.`,
    "Give another one, leave it out, or take these kinds away.",
  ]);
}

/** Where every kind reads one row an example there is no row for each token. */
function positionRefusal({ level, kinds, positions }: KindSetting): Refusal | null {
  if (level === "token" || !positions?.includes("all")) return null;
  if (kinds.some((it) => kindOf(it).reads === "rows")) return null;
  return [
    "probe-position-impossible",
    `At level ${level} ${kinds.join(", ")} ${kinds.length > 1 ? "read" : "reads"} one row of an example, and “all” means one of each token.`,
    "Take last, mean or max; with level: token each token is an example.",
  ];
}

const targetWords = { classes: "classes", ordered: "an order", number: "a number" } as const;

const targetsOf = (kind: KindId): string =>
  kindOf(kind)
    .targets.map((it) => targetWords[it])
    .join(" or ");

function kindPlace(reader: YamlReader, pair: Pair | undefined, kind: KindId): Place {
  const value = reader.node(pair?.value);
  const items = isSeq(value) ? value.items : [];
  const isIt = (item: unknown) => {
    const node = reader.node(item);
    return isScalar(node) && node.value === kind;
  };
  return reader.place(items.find(isIt) ?? pair);
}
