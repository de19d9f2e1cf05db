import type { JsonObject } from "./lines.ts";
import { badLine } from "./problems.ts";

/** The fields of one record, each checked when it is read; what is wrong is said with file and line. */
export class Fields {
  readonly #record: JsonObject;
  readonly #path: string;
  readonly #line: number;

  constructor(record: JsonObject, path: string, line: number) {
    this.#record = record;
    this.#path = path;
    this.#line = line;
  }

  fail(what: string): never {
    throw badLine(this.#path, this.#line, what);
  }

  has(name: string): boolean {
    return this.#record[name] !== undefined && this.#record[name] !== null;
  }

  /** A latent's or token's number; Neuronpedia writes it as a number or as its digits. */
  index(name = "index"): number {
    const value = this.#record[name];
    const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0 && number < 2 ** 31)
      return number;
    return this.fail(`“${name}” is no whole number from 0 on`);
  }

  string(name: string): string {
    const value = this.#record[name];
    return typeof value === "string" ? value : this.fail(`“${name}” is no text`);
  }

  stringOr<T>(name: string, otherwise: T): string | T {
    return this.has(name) ? this.string(name) : otherwise;
  }

  number(name: string): number {
    const value = this.#record[name];
    return typeof value === "number" && Number.isFinite(value) ? value : this.fail(`“${name}” is no number`);
  }

  numberOr<T>(name: string, otherwise: T): number | T {
    return this.has(name) ? this.number(name) : otherwise;
  }

  /** A number of ours that may be below 0. */
  integer(name: string): number {
    const value = this.number(name);
    return Number.isSafeInteger(value) ? value : this.fail(`“${name}” is no whole number`);
  }

  numbers(name: string): number[] {
    const value = this.has(name) ? this.#record[name] : [];
    const fits = Array.isArray(value) && value.every((it) => typeof it === "number" && Number.isFinite(it));
    return fits ? value : this.fail(`“${name}” is no list of numbers`);
  }

  strings(name: string): string[] {
    const value = this.has(name) ? this.#record[name] : [];
    const fits = Array.isArray(value) && value.every((it) => typeof it === "string");
    return fits ? value : this.fail(`“${name}” is no list of texts`);
  }

  /** Two lists that belong together, as pairs. */
  pairs<T>(names: [string, string], first: T[]): [T, number][] {
    const second = this.numbers(names[1]);
    if (first.length !== second.length)
      this.fail(`“${names[0]}” has ${first.length} entries, and “${names[1]}” has ${second.length}`);
    return first.map((it, i) => [it, second[i]]);
  }

  list(name: string): unknown[] {
    const value = this.has(name) ? this.#record[name] : [];
    return Array.isArray(value) ? value : this.fail(`“${name}” is no list`);
  }

  /** A record inside this one; null where there is none. */
  inner(name: string): Fields | null {
    if (!this.has(name)) return null;
    const value = this.#record[name];
    if (typeof value !== "object" || Array.isArray(value)) return this.fail(`“${name}” is no record`);
    return new Fields(value as JsonObject, this.#path, this.#line);
  }

  /** All fields, each of which is a number. */
  allNumbers(): Record<string, number> {
    return Object.fromEntries(Object.keys(this.#record).map((name) => [name, this.number(name)]));
  }
}
