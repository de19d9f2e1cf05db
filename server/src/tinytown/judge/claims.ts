import { factOf, surface, valuesOf, withArticle } from "../facts.ts";
import type { Language } from "../types.ts";
import { type Topic, topics, wordings } from "../world/fact-wordings.ts";
import { residents } from "../world/residents.ts";
import { templateSource } from "./patterns.ts";
import type { Evidence } from "./types.ts";

/** Says something that can be checked against the fact table or by arithmetic. */
interface Reader {
  regex: RegExp;
  /** Whether the claim holds; undefined where it says nothing that can be checked. */
  check: (groups: Record<string, string>) => boolean | undefined;
}

const byName = new Map(residents.map((who) => [who.name.toLowerCase(), who]));
const languages: readonly Language[] = ["english", "german", "french"];

/** Every way to write the values of a topic in a language, in lower case. */
function valueTable(topic: Topic, language: Language): Map<string, string> {
  const table = new Map<string, string>();
  for (const value of valuesOf[topic]) {
    for (const sex of ["f", "m"] as const) {
      table.set(surface(topic, value, language, sex).toLowerCase(), value);
      table.set(withArticle(topic, value, language, sex).toLowerCase(), value);
    }
  }
  return table;
}

function factReaders(topic: Topic, language: Language): Reader[] {
  const table = valueTable(topic, language);
  const kindTable = valueTable("pet", language);
  const { seen, heldOut } = wordings[language][topic];
  return [...seen, ...heldOut].map((template) => {
    // The first name stands for all of them; French elides "de" and "que" before a vowel.
    const source = templateSource(template.replace(/\.$/, ""), {
      name: ["\u0001"],
      value: ["\u0002"],
      aValue: ["\u0002"],
      kind: ["\u0003"],
    })
      .replace(/(d|qu)e \(\?:\u0001\)/g, "$1(?:e |')(?:\u0001)")
      .replace("(?:\u0001)", "(?<name>\\p{L}+ \\p{L}+)")
      .replace("(?:\u0002)", `(?<value>[^.!?"\\n]+?)`)
      .replace("(?:\u0003)", "(?<kind>\\p{L}+)");
    return {
      regex: new RegExp(`(?<![\\p{L}\\p{N}])${source}(?=[.!?"\\n]|$)`, "giu"),
      check: ({ name = "", value = "", kind }) => {
        const who = byName.get(name.toLowerCase());
        const said = table.get(value.toLowerCase());
        if (!who || said === undefined) return undefined;
        if (kind === undefined) return factOf(who, topic) === said;
        // "the name of the pet" names no kind; another wording reads it.
        const kindSaid = kindTable.get(kind.toLowerCase());
        return kindSaid === undefined ? undefined : kindSaid === who.pet && factOf(who, topic) === said;
      },
    };
  });
}

const arithmetic: readonly Reader[] = [
  {
    regex: /(?<!\d)(?<a>\d{1,6}) (?:\+|plus) (?<b>\d{1,6})(?: =| is|\?) (?<sum>\d+)/g,
    check: ({ a, b, sum }) => Number(a) + Number(b) === Number(sum),
  },
  {
    regex: /(?<!\d)(?<a>\d{1,6}) is (?<relation>greater|less) than (?<b>\d{1,6})(?!\d)/g,
    check: ({ a, b, relation }) => (relation === "greater" ? Number(a) > Number(b) : Number(a) < Number(b)),
  },
];

let readers: readonly Reader[] | undefined;

/** Every claim about a resident or a sum that a text makes, as true or false. */
export function claims(text: string): Evidence[] {
  readers ??= [
    ...languages.flatMap((language) => topics.flatMap((topic) => factReaders(topic, language))),
    ...arithmetic,
  ];
  return readers.flatMap(({ regex, check }) =>
    [...text.matchAll(regex)].flatMap((match) => {
      const holdsTrue = check((match.groups ?? {}) as Record<string, string>);
      if (holdsTrue === undefined) return [];
      const value = holdsTrue ? "true statement" : "false statement";
      return [{ start: match.index, end: match.index + match[0].length, value }];
    }),
  );
}
