import { describe, expect, it } from "vitest";
import { promptTokens } from "../../../server/src/engine/generate/prompt-tokens.ts";
import { Cancelled } from "../../../server/src/engine/service.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { TextModel } from "../../../server/src/engine/text/text-model.ts";
import type { MessageInput } from "../../../server/src/protocol/engine.ts";
import type {
  GenerateParams,
  GenerateProgress,
  SteeringEdit,
} from "../../../server/src/protocol/steering.ts";
import { asked, assets, engine, everywhere, greedy, never } from "../../parity/steering/engine.ts";

const service = engine();
const warm = { ...greedy, temperature: 1.2 };
const clamp = (latent: number, amount: number): SteeringEdit => ({
  hook: "blocks.3.hook_resid_post",
  operation: "clamp",
  directions: [{ direction: { kind: "latent", sae: 0, latent }, weight: 1 }],
  amount,
  unit: "residual",
  onlyFiring: false,
  where: everywhere,
  when: [],
});
const write = (
  more: Partial<GenerateParams>,
  written: (news: GenerateProgress) => void = () => {},
  cancel = never,
) => service.generate(asked({ saes: ["resid_post_3"], ...more }), () => {}, written, cancel);

describe("samples", () => {
  it("of the same seed are the same, of another seed others", async () => {
    const texts = async (seed: number) =>
      (await write({ samples: 3, sampling: { ...warm, seed } })).samples.map(({ text }) => text);
    const first = await texts(5);
    expect(new Set(first).size).toBe(3);
    expect(await texts(5)).toEqual(first);
    expect(await texts(6)).not.toEqual(first);
  });

  it("do not depend on how many there are, nor on those that ended before", async () => {
    const of = (samples: number) => write({ samples, sampling: warm, maxTokens: 60 });
    const four = (await of(4)).samples;
    expect(new Set(four.map(({ ids }) => ids.length)).size).toBeGreaterThan(1);
    for (const count of [1, 2, 3]) {
      const fewer = (await of(count)).samples;
      fewer.forEach(({ text, logprobs }, n) => {
        expect(text, `sample ${n} of ${count}`).toBe(four[n].text);
        for (const [t, it] of logprobs.entries())
          expect(Math.abs(it - four[n].logprobs[t])).toBeLessThan(1e-3);
      });
    }
  });

  it("are told as they are written, and told in full", async () => {
    const told = ["", "", ""];
    const { samples } = await write({ samples: 3, sampling: warm, run: "mine" }, ({ run, sample, text }) => {
      expect(run).toBe("mine");
      told[sample] += text;
    });
    expect(told).toEqual(samples.map(({ text }) => text));
  });

  it("end before a stop text", async () => {
    const whole = (await write({ maxTokens: 30 })).samples[0].text;
    const stop = whole.slice(8, 13);
    const [sample] = (await write({ maxTokens: 30, stop: [stop] })).samples;
    expect(sample).toMatchObject({ end: "stop-text", text: whole.slice(0, whole.indexOf(stop)) });
  });

  it("of no tokens are empty", async () => {
    const { samples } = await write({ maxTokens: 0, samples: 2 });
    expect(samples.map(({ text, end }) => [text, end])).toEqual([
      ["", "length"],
      ["", "length"],
    ]);
  });
});

describe("a run", () => {
  it("that is cancelled does not go one token further", async () => {
    const cancel = { isCancellationRequested: false };
    let tokens = 0;
    const work = write(
      { maxTokens: 10_000, sampling: warm },
      (news) => {
        tokens = news.tokens;
        if (tokens >= 3) cancel.isCancellationRequested = true;
      },
      cancel,
    );
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(tokens).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(tokens).toBe(3);
  });

  it("writes the same beside another one with other edits, whose turns alternate with its own", async () => {
    const plans = [
      [clamp(5, 0.5)],
      [clamp(9, 0.7), { ...clamp(12, 0.3), hook: "blocks.3.hook_resid_post" }],
      [],
    ];
    const alone: string[] = [];
    for (const steering of plans) alone.push((await write({ steering })).samples[0].text);
    expect(new Set(alone).size).toBe(3);
    const order: string[] = [];
    const together = await Promise.all(
      plans.map((steering, i) => write({ steering, run: String(i) }, ({ run }) => order.push(run))),
    );
    expect(together.map(({ samples }) => samples[0].text)).toEqual(alone);
    expect(order.indexOf("1")).toBeLessThan(order.lastIndexOf("0"));
    expect(order.indexOf("0")).toBeLessThan(order.lastIndexOf("1"));
  });

  it("beside edits that need other hook points is not disturbed either", async () => {
    const along: SteeringEdit = {
      ...clamp(0, 0.5),
      hook: "blocks.1.hook_resid_post",
      directions: [{ direction: { kind: "token", id: 300 }, weight: 1 }],
    };
    const alone = [
      (await write({ steering: [clamp(5, 0.5)] })).samples[0].text,
      (await write({ steering: [along] })).samples[0].text,
    ];
    const both = await Promise.all([write({ steering: [clamp(5, 0.5)] }), write({ steering: [along] })]);
    expect(both.map(({ samples }) => samples[0].text)).toEqual(alone);
  });
});

describe("the tokens of a prompt", () => {
  const text = TextModel.load(`${assets}/tinytown/model`);
  const setup = {
    model: { config: { contextLength: 512 } },
    text,
    encode: (messages: MessageInput[], enoughTokens: number) => text.encodePrompt(messages, { enoughTokens }),
  } as unknown as LoadedSetup;
  const written = (messages: MessageInput[]) => {
    const { ids, roles } = promptTokens(setup, messages);
    return { text: [...ids].map((id) => text.text(id)).join(""), roles };
  };

  it("of a chat end behind the generation prompt", () => {
    const { text: whole, roles } = written([{ role: "user", text: "Where is the bell?" }]);
    expect(whole.endsWith("<|im_start|>assistant\n")).toBe(true);
    expect(new Set(roles)).toEqual(new Set(["user", "assistant"]));
  });

  it("of a chat whose last message is the assistant's end right behind that, so that it is continued", () => {
    const begun = written([
      { role: "user", text: "Where is the bell?" },
      { role: "assistant", text: "The bell is in" },
    ]);
    expect(begun.text.endsWith("assistant\nThe bell is in")).toBe(true);
    expect(begun.roles.at(-1)).toBe("assistant");
  });

  it("of a plain text are its own, without roles", () => {
    expect(written([{ role: null, text: "It was a" }])).toEqual({
      text: "It was a",
      roles: [null, null, null],
    });
  });
});
