import { describe, expect, it } from "vitest";
import { LocalJudge } from "../../../server/src/explain/local.ts";
import type { AnalyseParams, Analysis, Description } from "../../../server/src/protocol/engine.ts";

/** Ids of the fake tokenizer: a word each; 0 is the mark between messages. */
const words = ["<end>", "Cats", " and", " dogs", ".", "Which", " animals", "?"];
const idOf = (word: string) => words.indexOf(word);

/** Reads a chat word by word and goes on with a script; null ends the turn. */
class ScriptedEngine {
  readonly asked: AnalyseParams[] = [];
  forgotten: string[] = [];
  readonly #script: string[];
  readonly #more: Partial<{ template: boolean; truncated: number }>;

  constructor(script: string[], more: Partial<{ template: boolean; truncated: number }> = {}) {
    this.#script = script;
    this.#more = more;
  }

  async describe(): Promise<Description> {
    return { model: { id: "m", hasChatTemplate: this.#more.template ?? true } } as Description;
  }

  async analyse(params: AnalyseParams): Promise<Analysis> {
    this.asked.push(params);
    const tokens = params.messages.flatMap(({ text }, message) => [
      ...(text.match(/\s?[^\s.?]+|[.?]/g) ?? []).map((word) => ({ id: idOf(word), message, special: 0 })),
      { id: 0, message: -1, special: 1 },
    ]);
    const answer = params.messages.find(({ role }) => role === "assistant");
    const said = answer ? (answer.text.match(/\s?[^\s.?]+|[.?]/g) ?? []).length : 0;
    const next = this.#script[said] ?? "<end>";
    const last = answer ? tokens.findLastIndex(({ message }) => message >= 0) : tokens.length - 1;
    const topIds = new Int32Array(10 * tokens.length).fill(idOf("?"));
    topIds[10 * last] = idOf(next);
    return {
      ids: Int32Array.from(tokens, ({ id }) => id),
      spans: {
        message: Int32Array.from(tokens, ({ message }) => message),
        special: Uint8Array.from(tokens, ({ special }) => special),
      },
      topIds,
      texts: new Map(words.map((word, id) => [id, word])),
      truncatedFrom: this.#more.truncated ?? null,
    } as unknown as Analysis;
  }

  forget(key: string): void {
    this.forgotten.push(key);
  }
}

const messages = [{ role: "user" as const, content: "Which animals?" }];
const setup = { model: "/models/own-model", device: "cpu" as const };
const never = new AbortController().signal;

describe("the model itself as a judge", () => {
  it("goes on with its likeliest token until the turn ends, reading on from what it said", async () => {
    const engine = new ScriptedEngine(["Cats", " and", " dogs", "."]);
    const judge = new LocalJudge(engine, setup);
    expect(judge.name).toBe("own-model (this machine)");
    expect(await judge.complete(messages, never)).toBe("Cats and dogs.");
    expect(engine.asked.map((it) => it.messages.at(-1)!.text)).toEqual([
      "Which animals?",
      ...["Cats", "Cats and", "Cats and dogs", "Cats and dogs."],
    ]);
    // No SAE is run for it, and nothing is kept of the chat.
    for (const { saes, key } of engine.asked) expect([saes, key]).toEqual([[], "steerscope:judge"]);
    expect(engine.forgotten).toEqual(["steerscope:judge"]);
  });

  it("ends an answer that does not end by itself", async () => {
    const engine = new ScriptedEngine(Array.from({ length: 500 }, () => " and"));
    const answer = await new LocalJudge(engine, setup).complete(messages, never);
    expect(answer.split(" ")).toHaveLength(64);
  });

  it("refuses a model without a chat template, and a chat that the model cannot read whole", async () => {
    const plain = new LocalJudge(new ScriptedEngine([], { template: false }), setup);
    await expect(plain.complete(messages, never)).rejects.toMatchObject({
      problem: { code: "judge-not-chat" },
    });
    const short = new LocalJudge(new ScriptedEngine([], { truncated: 900 }), setup);
    await expect(short.complete(messages, never)).rejects.toMatchObject({
      problem: { code: "judge-context" },
    });
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const engine = new ScriptedEngine(Array.from({ length: 500 }, () => " and"));
    const work = new LocalJudge(engine, setup).complete(messages, controller.signal);
    controller.abort();
    await expect(work).rejects.toThrow();
    expect(engine.asked.length).toBeLessThan(3);
  });
});
