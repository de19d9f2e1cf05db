import { describe, expect, it } from "vitest";
import { exam } from "../../../server/src/tinytown/exam.ts";
import { factOf, valuesOf } from "../../../server/src/tinytown/facts.ts";
import { generate } from "../../../server/src/tinytown/index.ts";
import { heldOutWord, vocabulary } from "../../../server/src/tinytown/kinds/spelling.ts";
import { heldOutSum } from "../../../server/src/tinytown/kinds/sums.ts";
import { colours } from "../../../server/src/tinytown/world/colours.ts";
import { topics } from "../../../server/src/tinytown/world/fact-wordings.ts";
import { objects } from "../../../server/src/tinytown/world/objects.ts";
import { places } from "../../../server/src/tinytown/world/places.ts";
import { core, never, often, rarely, residents } from "../../../server/src/tinytown/world/residents.ts";

describe("tinytown world", () => {
  it("has 200 residents with different names, in the declared shares", () => {
    expect(new Set(residents.map((resident) => resident.name)).size).toBe(200);
    expect([often.length, rarely.length, never.length, core.length]).toEqual([40, 120, 40, 10]);
  });

  it("gives every resident one known value for each fact", () => {
    for (const who of residents) {
      for (const topic of topics) expect(valuesOf[topic]).toContain(factOf(who, topic));
    }
  });

  it("names only colours and objects that exist", () => {
    const known = new Set(colours.map((colour) => colour.value));
    for (const thing of objects) for (const colour of thing.colours) expect(known).toContain(colour);
    const things = new Set(objects.map((thing) => thing.value));
    for (const place of places) for (const thing of place.objects) expect(things).toContain(thing);
  });
});

describe("tinytown splits", () => {
  it("never mentions the never-mentioned residents", () => {
    const names = new Set(never.map((resident) => resident.name));
    for (const { spans } of generate({ n: 3000, seed: 5, kinds: ["facts", "verdicts", "chat"] })) {
      for (const { attribute, value } of spans)
        if (attribute === "person") expect(names).not.toContain(value);
    }
  });

  it("tells the first letter of held-out words only in the held-out split", () => {
    expect(vocabulary.some(heldOutWord)).toBe(true);
    const told = (split: "train" | "held-out"): string[] =>
      [...generate({ n: 200, seed: 6, kinds: ["spelling"], split })].flatMap(({ text, spans }) =>
        spans
          .filter(({ attribute, start, end }) => attribute === "first letter" && end - start > 1)
          .map(({ start, end }) => text.slice(start, end)),
      );
    expect(told("train").filter(heldOutWord)).toEqual([]);
    expect(told("held-out").some(heldOutWord)).toBe(true);
  });

  it("draws a held-out sum only in the held-out split", () => {
    const drawn = (split: "train" | "held-out"): boolean[] =>
      [...generate({ n: 300, seed: 6, kinds: ["sums"], split })].flatMap(({ text }) =>
        [...text.matchAll(/(\d+) (?:\+|plus) (\d+)/g)].map(([, a, b]) => heldOutSum(Number(a), Number(b))),
      );
    expect(drawn("train")).not.toContain(true);
    expect(drawn("held-out")).not.toContain(false);
    for (const { prompt } of exam({ skill: "sums", n: 200, seed: 9 })) {
      const [a, b] = (prompt.match(/\d+/g) ?? []).map(Number);
      expect(heldOutSum(a as number, b as number)).toBe(true);
    }
  });

  it("shares no exam sentence in a held-out wording with training text", () => {
    const text = [...generate({ n: 2000, seed: 7, kinds: ["facts"] })]
      .map((document) => document.text)
      .join("\n");
    for (const { group, prompt } of exam({ skill: "facts", n: 300, seed: 8 })) {
      if (group.endsWith("held-out wording")) expect(text).not.toContain(prompt);
    }
  });

  it("refuses an unknown exam", () => {
    expect(() => [...exam({ skill: "juggling" as never, n: 1, seed: 1 })]).toThrow(RangeError);
  });
});
