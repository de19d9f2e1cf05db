/**
 * What of some examples is one thing. Any probe tells copies of a text alike, and stretches of one record, or texts of one group,
 * in part: a unit stays on one side of every split and fold, and intervals count it as a whole.
 */
export interface Units {
  /** `[examples]` the unit that each belongs to, by number; null where all stand alone. */
  readonly units: Int32Array | null;
  /** `[examples]` the text (and stretch) that each is a copy of, by number; null where all differ. */
  readonly copies: Int32Array | null;
}

/** Examples that have nothing to do with one another. */
export const alone: Units = { units: null, copies: null };

/** The units of some examples, by their numbers and in that order. */
export function takeUnits({ units, copies }: Units, examples: ArrayLike<number>): Units {
  return { units: units && taken(units, examples), copies: copies && taken(copies, examples) };
}

function taken(of: Int32Array, examples: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: examples.length }, (_, i) => of[examples[i]]);
}

/**
 * Joins examples that have a mark in common, and those that hang together by way of others.
 * @param ties `[ties][examples]` the mark of each example; null: none
 * @returns `[examples]` numbers from 0, in the order in which units first occur
 */
export function joined(ties: readonly (readonly (string | number | null)[])[]): Int32Array {
  const parent = Int32Array.from(ties[0], (_, i) => i);
  const rootOf = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  for (const marks of ties) {
    const first = new Map<string | number, number>();
    for (const [i, mark] of marks.entries()) {
      if (mark === null) continue;
      const other = first.get(mark);
      if (other === undefined) first.set(mark, i);
      else parent[rootOf(i)] = rootOf(other);
    }
  }
  return numbered(Array.from(parent, (_, i) => rootOf(i)));
}

/** `[examples]` numbers from 0 of what each has, in the order in which it first occurs; null is like nothing else. */
export function numbered(of: readonly (string | number | null)[]): Int32Array {
  const known = new Map<unknown, number>();
  return Int32Array.from(of, (it) => {
    const number = (it === null ? undefined : known.get(it)) ?? known.size;
    known.set(it ?? Symbol(), number);
    return number;
  });
}

/** The examples of each unit, by their numbers, in the order in which units first occur. */
export function membersOf(units: Int32Array): number[][] {
  const members = new Map<number, number[]>();
  units.forEach((unit, i) => {
    const list = members.get(unit);
    if (list) list.push(i);
    else members.set(unit, [i]);
  });
  return [...members.values()];
}

/** Those of some examples of whose mark there is none among others. @param marks `[examples]` */
export function unmet(examples: Int32Array, others: Int32Array, marks: Int32Array): Int32Array {
  const met = new Set(Array.from(others, (i) => marks[i]));
  return examples.filter((i) => !met.has(marks[i]));
}

/** The same numbers, or null where no two are equal. */
export function unlessAlone(units: Int32Array): Int32Array | null {
  return new Set(units).size < units.length ? units : null;
}
