import { describe, expect, it } from "vitest";
import type { CancellationToken } from "vscode-jsonrpc/node";
import { LocalJudge } from "../../../server/src/explain/local.ts";
import { CancelledError, ProblemError } from "../../../server/src/host/problem-error.ts";
import type { Description } from "../../../server/src/protocol/engine.ts";
import type { Generated, GenerateEnd, GenerateParams } from "../../../server/src/protocol/steering.ts";

/** Answers every chat with the same text. */
class ScriptedEngine {
  readonly asked: GenerateParams[] = [];
  readonly #answer: string | Error | "never";
  readonly #end: GenerateEnd;
  readonly #hasTemplate: boolean;

  constructor(answer: string | Error, end: GenerateEnd = "stop-token", hasTemplate = true) {
    this.#answer = answer;
    this.#end = end;
    this.#hasTemplate = hasTemplate;
  }

  async describe(): Promise<Description> {
    return { model: { id: "m", hasChatTemplate: this.#hasTemplate } } as Description;
  }

  generate(params: GenerateParams, token?: CancellationToken): Promise<Generated> {
    this.asked.push(params);
    if (this.#answer instanceof Error) return Promise.reject(this.#answer);
    if (this.#answer === "never")
      return new Promise((_, reject) => token?.onCancellationRequested(() => reject(new CancelledError())));
    return Promise.resolve({ samples: [{ text: this.#answer, end: this.#end }] } as unknown as Generated);
  }
}

const messages = [{ role: "user" as const, content: "Which animals?" }];
const setup = { model: "/models/own-model", device: "cpu" as const };
const never = new AbortController().signal;

describe("the model itself as a judge", () => {
  it("goes on with its likeliest token until the turn ends, without an SAE or steering", async () => {
    const engine = new ScriptedEngine(" Cats and dogs.\n");
    const judge = new LocalJudge(engine, setup);
    expect(judge.name).toBe("own-model (this machine)");
    expect(await judge.complete(messages, never)).toBe("Cats and dogs.");
    expect(engine.asked).toMatchObject([
      {
        ...{ model: setup.model, saes: [], steering: [], samples: 1, maxTokens: 64 },
        messages: [{ role: "user", text: "Which animals?" }],
        sampling: { temperature: 0, repetitionPenalty: 1 },
      },
    ]);
  });

  it("takes an answer that does not end by itself as far as it goes", async () => {
    const engine = new ScriptedEngine("and and", "length");
    expect(await new LocalJudge(engine, setup).complete(messages, never)).toBe("and and");
  });

  it("refuses a model without a chat template, and a chat that the model cannot read whole", async () => {
    const plain = new LocalJudge(new ScriptedEngine("", "stop-token", false), setup);
    await expect(plain.complete(messages, never)).rejects.toMatchObject({
      problem: { code: "judge-not-chat" },
    });
    const problem = { code: "prompt-too-long", message: "", remedy: "", subject: "prompt" as const };
    for (const engine of [new ScriptedEngine(new ProblemError(problem)), new ScriptedEngine("a", "context")])
      await expect(new LocalJudge(engine, setup).complete(messages, never)).rejects.toMatchObject({
        problem: { code: "judge-context" },
      });
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const engine = new ScriptedEngine("never");
    const work = new LocalJudge(engine, setup).complete(messages, controller.signal);
    await Promise.resolve();
    controller.abort();
    await expect(work).rejects.toThrow(CancelledError);
    await expect(new LocalJudge(engine, setup).complete(messages, controller.signal)).rejects.toThrow(
      CancelledError,
    );
    expect(engine.asked).toHaveLength(1);
  });
});
