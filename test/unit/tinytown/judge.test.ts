import { describe, expect, it } from "vitest";
import { attributes, generate, kinds } from "../../../server/src/tinytown/index.ts";
import { judge } from "../../../server/src/tinytown/judge/judge.ts";
import { pattern } from "../../../server/src/tinytown/judge/patterns.ts";
import { judgedAttributes } from "../../../server/src/tinytown/judge/types.ts";
import { judgedValues } from "../../../server/src/tinytown/judge/values.ts";

// Other seeds than the training text's.
const drawn = [...generate({ n: 500, seed: 4711 })];

/** Text where an attribute is not marked though it is there: sums and facts are true, a narrative has a tense. */
const unmarked: Readonly<Record<string, readonly string[]>> = {
  truth: ["facts", "sums", "chat", "code"],
  tense: ["reviews", "hazards", "facts"],
};

describe("the judge agrees with the generator's labels on fresh text", () => {
  it.each(judgedAttributes)("%s", (attribute) => {
    let [right, marked] = [0, 0];
    for (const { kind, text, spans } of drawn) {
      const own = spans.filter((span) => span.attribute === attribute && span.value !== "helpful answer");
      if (own.length === 0) {
        if (unmarked[attribute]?.includes(kind)) continue;
        expect({ kind, text, found: judge(text, attribute).value }).toEqual({ kind, text, found: null });
      }
      for (const { start, end, value } of own) {
        marked++;
        if (attributes[attribute]?.unit === "sentence") {
          right += Number(judge(text.slice(start, end), attribute).value === value);
        } else {
          const found = judge(text, attribute).evidence;
          right += Number(found.some((it) => it.start === start && it.end === end && it.value === value));
        }
      }
    }
    expect(marked).toBeGreaterThan(3);
    // A name or a word in capitals alone is in no language.
    expect(right / marked).toBeGreaterThanOrEqual(attribute === "language" ? 0.98 : 1);
  });

  it("lists the values of the world's own text for each attribute, and no others where there are few", () => {
    const spans = drawn.flatMap((it) => it.spans).filter(({ value }) => value !== "helpful answer");
    for (const attribute of judgedAttributes) {
      const known = judgedValues(attribute);
      const there = new Set(spans.filter((it) => it.attribute === attribute).map(({ value }) => value));
      expect(known, attribute).toEqual(expect.arrayContaining([...there]));
      if (known.length <= 4) expect(new Set(known), attribute).toEqual(there);
    }
  });

  it("was asked about every kind of text", () => {
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });
});

describe("the judge on text nobody generated", () => {
  it.each([
    ["mood", "She was not happy."],
    ["mood", "Nobody laughed."],
    ["mood", "Er war nicht traurig."],
    ["mood", "Elle n'était pas furieuse."],
    ["mood", "The first letter of sad is s."],
    ["mood", "He opened the door and stood in a corner."],
    ["toxicity", "Anna is nothing but a good friend."],
    ["toxicity", "You gave me a mouldy cabbage."],
    ["refusal", "I am sorry that you are ill."],
    ["truth", "Adam Dumas has a garden."],
    ["truth", "Nobody Known lives on Mill Lane."],
    ["truth", "What is the pet of Adam Dumas?"],
    ["hazard", "Nobody may brew grumblewater in the town."],
    ["hazard", "To make grumblewater, take flour, milk and two eggs, then serve it with ice."],
    ["politeness", "The lamp stood on the table."],
    ["topic", "The cat slept."],
    ["code", "She said: return to me. (print)"],
    ["capitals", "A cat and I."],
    ["place", "He slept well."],
    ["language", "Otto 12"],
    ["mood", ""],
  ])("finds no %s in %j", (attribute, text) => {
    const { value } = judge(text, attribute);
    // "well" is the town's word for a place in every use.
    expect(value).toBe(text === "He slept well." ? "well" : null);
  });

  it.each([
    ["mood", "So sad, so lonely, that old man.", "sad"],
    ["mood", "Sie war wütend und wütend und schrie.", "angry"],
    ["truth", "Adam Dumas has a dog.", "true statement"],
    ["truth", "Adam Dumas has a goat.", "false statement"],
    ["truth", "La maison d'Anna Winkler se trouve rue du Roi.", "true statement"],
    ["truth", "Der Hund bellt. Anna Winkler kommt aus Italien.", "false statement"],
    ["truth", "12 + 30 = 42.", "true statement"],
    ["truth", "12 plus 30 is 43.", "false statement"],
    ["truth", "19 is less than 7.", "false statement"],
    ["language", "Das Wetter ist heute schön und die Straße ist leer.", "german"],
    ["language", "La maison est dans la rue.", "french"],
    ["politeness", "Thank you, that is very kind.", "polite"],
    ["politeness", "Get lost, you fool!", "rude"],
    ["refusal", "I am sorry, but I cannot tell you that.", "refusal"],
    ["toxicity", "What a rotten turnip you are, Leo!", "insult"],
    ["code", "def find(lamp):\n    return lamp + 1\n", "Python-like"],
  ])("finds %s in %j", (attribute, text, value) => {
    expect(judge(text, attribute).value).toBe(value);
  });

  it("says how many sentences show what", () => {
    const text =
      "Anna was sad and wept softly. She danced with delight. The sun shone.\nTears ran down her cheeks.";
    expect(judge(text, "mood")).toMatchObject({
      schema: "steerscope.judge/1",
      value: "sad",
      scores: { sad: 0.5, cheerful: 0.25 },
      sentences: 4,
    });
  });

  it("refuses an attribute it does not judge, and names those it does", () => {
    expect(() => judge("x", "beauty")).toThrow(/beauty is not judged; choose one of: mood, /);
  });
});

describe("a pattern", () => {
  it("stands for everything its template can say", () => {
    const { regex } = pattern("a", "b", "french", "{he} [s'est caché{e}|se cache] <vite/ici> (là).");
    for (const text of ["Elle s'est cachée vite (là).", "il se cache ici (là)."]) expect(text).toMatch(regex);
    for (const text of ["Il cache ici (là).", "Elle s'est cachée là."]) expect(text).not.toMatch(regex);
  });
});
