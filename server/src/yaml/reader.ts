import { isMap, isPair, isScalar, isSeq, type Pair } from "yaml";
import type { PlacedProblem } from "../analysis/document.ts";
import type { Located } from "../analysis/prompts/index.ts";
import { kindOf, type ParsedYaml, placeOf, resolved } from "../analysis/prompts/yaml.ts";
import { nearest } from "./nearest.ts";

/** A stretch of a file's text, UTF-16 offsets. */
export interface Place {
  start: number;
  end: number;
}

/** What a file of YAML is: its word in messages, and the beginning of the codes of its problems. */
export type YamlSubject = "recipe" | "probe";

/** The pairs of a mapping, by key. */
export type Fields = ReadonlyMap<string, Pair>;

/** Reads nodes of a file as what they have to be; what they are instead becomes a problem at their place. */
export class YamlReader {
  readonly problems: PlacedProblem[];
  readonly #yaml: ParsedYaml;
  readonly #subject: YamlSubject;

  constructor(yaml: ParsedYaml, subject: YamlSubject) {
    this.#yaml = yaml;
    this.#subject = subject;
    this.problems = yaml.problems.map((problem) => ({
      ...problem,
      subject,
      remedy: `Correct it; until then the ${subject} does nothing.`,
    }));
  }

  get root(): unknown {
    return this.#yaml.document.contents;
  }

  node(node: unknown): unknown {
    return resolved(this.#yaml, node);
  }

  /** Where a node, or the value of a pair, stands; the key where the value is left out. */
  place(node: unknown): Place {
    if (isPair(node)) {
      const range = (node.value as { range?: [number, number, number] } | null)?.range;
      return placeOf(range && range[1] > range[0] ? node.value : node, 0);
    }
    return placeOf(node, 0);
  }

  wrong(
    at: Place,
    code: string,
    message: string,
    remedy: string,
    severity: PlacedProblem["severity"] = "error",
  ): null {
    const { start, end } = at;
    this.problems.push({ code, message, remedy, subject: this.#subject, start, end, severity });
    return null;
  }

  /** The pairs of a mapping; keys that `known` does not hold are said to be none of `what`. Null where it is no mapping. */
  fields(node: unknown, what: string, known: readonly string[]): Fields | null {
    const map = this.node(isPair(node) ? node.value : node);
    if (!isMap(map)) return this.#wrongKind(node, what, "a mapping");
    const fields = new Map<string, Pair>();
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      if (known.includes(key)) fields.set(key, pair);
      else {
        const meant = nearest(key, known);
        this.wrong(
          placeOf(pair, 0),
          `${this.#subject}-key-unknown`,
          `${capital(what)} has no key ${key ? `“${key}”` : "of that kind"}.`,
          meant ? `Did you mean “${meant}”?` : `Its keys are ${known.join(", ")}.`,
        );
      }
    }
    return fields;
  }

  list(pair: Pair, what: string): unknown[] | null {
    const list = this.node(pair.value);
    return isSeq(list) ? list.items : this.#wrongKind(pair, what, "a list");
  }

  text(node: unknown, what: string): Located<string> | null {
    const value = this.node(isPair(node) ? node.value : node);
    if (isScalar(value) && typeof value.value === "string" && value.value !== "")
      return { value: value.value, ...this.place(node) };
    return this.#wrongKind(node, what, "a text");
  }

  /** Text, also one that YAML reads as a number or a truth value, as it is written. */
  words(node: unknown, what: string): Located<string> | null {
    const value = this.node(isPair(node) ? node.value : node);
    if (isScalar(value) && value.value !== null && typeof value.value !== "string")
      return { value: value.source ?? String(value.value), ...this.place(node) };
    return this.text(node, what);
  }

  number(node: unknown, what: string, { least = -Infinity, most = Infinity } = {}): Located<number> | null {
    const value = this.node(isPair(node) ? node.value : node);
    const found = isScalar(value) ? value.value : null;
    if (typeof found !== "number") return this.#wrongKind(node, what, "a number");
    const at = this.place(node);
    if (!Number.isFinite(found))
      return this.wrong(
        at,
        `${this.#subject}-not-finite`,
        `${capital(what)} is ${found}.`,
        "Give a finite number.",
      );
    if (found < least || found > most) {
      const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
      return this.wrong(
        at,
        `${this.#subject}-out-of-range`,
        `${capital(what)} is ${found}.`,
        `It is ${range}.`,
      );
    }
    return { value: found, ...at };
  }

  whole(node: unknown, what: string, range?: { least?: number; most?: number }): Located<number> | null {
    const found = this.number(node, what, range);
    if (!found || Number.isInteger(found.value)) return found;
    return this.#wrongKind(node, what, "a whole number");
  }

  truth(node: unknown, what: string): Located<boolean> | null {
    const value = this.node(isPair(node) ? node.value : node);
    if (isScalar(value) && typeof value.value === "boolean")
      return { value: value.value, ...this.place(node) };
    return this.#wrongKind(node, what, "true or false");
  }

  choice<T extends string>(node: unknown, what: string, choices: readonly T[]): Located<T> | null {
    const found = this.text(node, what);
    if (!found || (choices as readonly string[]).includes(found.value)) return found as Located<T> | null;
    const meant = nearest(found.value, choices);
    return this.wrong(
      found,
      `${this.#subject}-value-unknown`,
      `${capital(what)} is “${found.value}”, which is none of ${choices.join(", ")}.`,
      meant ? `Did you mean “${meant}”?` : "Take one of them.",
    );
  }

  /** A field that may be left out: undefined where it is, null where it is not usable. */
  optional<T>(fields: Fields, key: string, read: (pair: Pair) => T | null): T | null | undefined {
    const field = fields.get(key);
    return field && read(field);
  }

  #wrongKind(node: unknown, what: string, kind: string): null {
    const value = this.node(isPair(node) ? node.value : node);
    const is = value === undefined || value === null ? "empty" : kindOf(value);
    const message = `${capital(what)} is ${is}, not ${kind}.`;
    return this.wrong(this.place(node), `${this.#subject}-wrong-kind`, message, `Write ${kind} there.`);
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
