import { describe, expect, it } from "vitest";
import { Analyser } from "../../../server/src/analysis/analyser.ts";
import { LONGEST_TEXT } from "../../../server/src/analysis/prepare.ts";
import { ProblemError } from "../../../server/src/host/problem-error.ts";
import type { Description, Setup } from "../../../server/src/protocol/engine.ts";
import { analysed, prepared } from "./fixtures.ts";

const tokens = [{ text: "<s>", virtual: true }, { text: "one" }, { text: " two" }];
const { analysis, description } = analysed(tokens);
/** As the engine does it: null means the one that ships. */
const sized = (named: string[] | null) => {
  const saes = named ?? ["ships"];
  return {
    description: { ...description, saes: saes.map((id) => ({ ...description.saes[0], id })) },
    analysis: { ...analysis, saes: saes.map(() => analysis.saes[0]) },
  };
};

function engine(bad: string[] = []) {
  const seen: Setup[] = [];
  return {
    seen,
    async describe(setup: Setup) {
      seen.push(setup);
      const wrong = (setup.saes ?? ["ships"]).find((sae) => bad.includes(sae));
      if (wrong) throw new ProblemError({ code: "sae-x", message: wrong, remedy: "", subject: "sae" });
      return sized(setup.saes).description;
    },
    async analyse(setup: Setup) {
      return sized(setup.saes).analysis;
    },
    async responses(setup: Setup) {
      const { setupId, saes } = sized(setup.saes).description;
      const none = { rows: new Int32Array(2), latents: new Int32Array(), values: new Float32Array() };
      return { setupId, saes: saes.map(() => ({ ...none, tokens: new Int32Array(1) })), logprobs: null };
    },
  };
}

describe("the analyser", () => {
  it("asks for a description once and analyses as often as it is told", async () => {
    const host = engine();
    const analyser = new Analyser(host, { skipBrokenSaes: false });
    await analyser.analyse(prepared("one two"));
    const document = await analyser.analyse(prepared("one two"));
    expect(host.seen).toHaveLength(1);
    expect([...document.starts]).toEqual([-1, 0, 3]);
  });

  it("asks how a set-up looks now each time, and gives the same object while nothing changed", async () => {
    const host = engine();
    let now = sized(["s"]).description;
    const known: unknown[] = [];
    const describe = async (setup: Setup, _?: unknown, before?: Description) => {
      await host.describe(setup);
      known.push(before);
      return before?.setupId === now.setupId ? before : now;
    };
    const analyser = new Analyser({ ...host, describe }, { skipBrokenSaes: true });
    const first = await analyser.describeSetup(prepared("one two"));
    expect(await analyser.describeSetup(prepared("one two"))).toBe(first);
    expect(known).toEqual([undefined, first]);
    now = { ...first, setupId: "replaced" };
    expect((await analyser.describeSetup(prepared("one two"))).setupId).toBe("replaced");
    analyser.forget();
    await analyser.describeSetup(prepared("one two"));
    expect(known.at(-1)).toBeUndefined();
    // One that is left without its broken SAE is asked for too.
    const broken = new Analyser({ ...host, describe: engine(["bad"]).describe }, { skipBrokenSaes: true });
    const source = prepared("one two", { saes: ["good", "bad"] });
    expect((await broken.describeSetup(source)).saes.map(({ id }) => id)).toEqual(["good"]);
  });

  it("goes on without a broken SAE for an editor, and puts the problem into the document", async () => {
    const source = prepared("one two", { saes: ["good", "bad"] });
    const document = await new Analyser(engine(["bad"]), { skipBrokenSaes: true }).analyse(source);
    expect(document.description.saes.map((sae) => sae.id)).toEqual(["good"]);
    expect(document.problems).toMatchObject([{ code: "sae-x", severity: "error", start: 0, end: 7 }]);
    await expect(new Analyser(engine(["bad"]), { skipBrokenSaes: false }).analyse(source)).rejects.toThrow(
      "bad",
    );
  });

  it("lets no other SAE take the place of those that are broken", async () => {
    const source = prepared("one two", { saes: ["bad"] });
    const document = await new Analyser(engine(["bad"]), { skipBrokenSaes: true }).analyse(source);
    expect(document.description.saes).toEqual([]);
    expect(document.problems).toMatchObject([{ code: "sae-x" }]);
    const none = await new Analyser(engine(), { skipBrokenSaes: true }).analyse(
      prepared("one two", { saes: [] }),
    );
    expect(none.description.saes.map((sae) => sae.id)).toEqual(["ships"]);
    const shipped = engine(["ships"]);
    const without = await new Analyser(shipped, { skipBrokenSaes: true }).analyse(
      prepared("one two", { saes: [] }),
    );
    expect(without.description.saes).toEqual([]);
    expect(without.problems).toMatchObject([{ code: "sae-x" }]);
  });

  it("describes again when the files changed, and gives up when they keep changing", async () => {
    const host = engine();
    let changes = 1;
    const describing = async (setup: Setup) => ({
      ...(await host.describe(setup)),
      setupId: changes > 0 ? "old" : "x",
    });
    const analyse = async (setup: Setup) => {
      changes--;
      return host.analyse(setup);
    };
    const analyser = new Analyser({ ...host, describe: describing, analyse }, { skipBrokenSaes: false });
    expect((await analyser.analyse(prepared("one two"))).description.setupId).toBe("x");
    expect(host.seen).toHaveLength(2);
    changes = 1000;
    const other = new Analyser({ ...host, describe: describing, analyse }, { skipBrokenSaes: false });
    await expect(other.analyse(prepared("one two"))).rejects.toMatchObject({
      problem: { code: "files-keep-changing" },
    });
  });

  it("places the engine's warnings, and says what a long prompt loses", async () => {
    const host = engine();
    const warning = {
      code: "w",
      message: "m",
      remedy: "r",
      subject: "prompt" as const,
      messageIndex: 0,
      start: 4,
      end: 7,
    };
    const analyse = async () => ({ ...analysis, warnings: [warning], truncatedFrom: 99 });
    const document = await new Analyser({ ...host, analyse }, { skipBrokenSaes: false }).analyse(
      prepared("one two and more"),
    );
    expect(document.problems).toMatchObject([
      { code: "w", start: 4, end: 7, severity: "warning" },
      { code: "prompt-longer-than-context", start: 7, end: 16, message: expect.stringContaining("3 of 99") },
    ]);
  });
});

describe("a prompt that is too long", () => {
  const cut = { code: "prompt-cut", message: "m", remedy: "r", subject: "prompt" as const };
  const codesOf = async (text: string, more: object) => {
    const analyse = async () => ({ ...analysis, ...more });
    const analyser = new Analyser({ ...engine(), analyse }, { skipBrokenSaes: false });
    return (await analyser.analyse(prepared(text))).problems.map(({ code, message }) => [code, message]);
  };

  it("is said to be so once, with what is known to be there at least", async () => {
    const text = `one two${" and more".repeat(LONGEST_TEXT / 8)}`;
    expect(await codesOf(text, { warnings: [cut], truncatedFrom: 99 })).toEqual([
      ["prompt-longer-than-context", expect.stringContaining("first 3 of at least 99 tokens")],
    ]);
  });

  it("keeps what the engine says of it where its tokens fit", async () => {
    expect(await codesOf("one two", { warnings: [cut] })).toEqual([["prompt-cut", "m"]]);
  });
});

describe("a text beyond any context", () => {
  it("is read to a limit that splits no character, and the rest is said", () => {
    const document = prepared(`${"x".repeat(LONGEST_TEXT - 1)}😀 more`);
    expect(document.problems).toMatchObject([{ code: "prompt-too-large", start: LONGEST_TEXT - 1 }]);
    expect(document.prompt.messages[0].text).toHaveLength(LONGEST_TEXT - 1);
  });
});
