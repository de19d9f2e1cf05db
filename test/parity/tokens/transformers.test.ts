import { join, resolve } from "node:path";
import { AutoTokenizer, env, type PreTrainedTokenizer } from "@huggingface/transformers";
import { beforeAll, describe, expect, it } from "vitest";
import { TextModel } from "../../../server/src/engine/text/text-model.ts";

const assets = resolve(import.meta.dirname, "../../../assets");
const ours = TextModel.load(join(assets, "tinytown", "model"));
let theirs: PreTrainedTokenizer;

beforeAll(async () => {
  env.allowRemoteModels = false;
  env.localModelPath = assets;
  theirs = await AutoTokenizer.from_pretrained("tinytown/model");
});

/** What transformers.js makes of a chat: the template of the folder written out, then tokenized. */
function chatIds(messages: { role: string; content: string }[]): number[] {
  const last = messages.at(-1)?.role;
  const text = theirs.apply_chat_template(messages, {
    tokenize: false,
    add_generation_prompt: last !== "assistant",
  }) as string;
  return theirs.encode(text, { add_special_tokens: false });
}

describe("prompts against transformers.js", () => {
  it.each([
    [[{ role: "user", content: "Where does Anna Keller live?" }]],
    [
      [
        { role: "system", content: "Answer in one word.\nBe kind." },
        { role: "user", content: "  Where does she live?  " },
      ],
    ],
    [
      [
        { role: "user", content: "Où habite-t-elle ? 🦆" },
        { role: "assistant", content: "Rue de la Tour." },
        { role: "user", content: "" },
      ],
    ],
    [
      [
        { role: "user", content: "Complete this" },
        { role: "assistant", content: "It was a rainy" },
      ],
    ],
  ])("%j", (messages) => {
    const prompt = ours.encodePrompt(messages.map(({ role, content }) => ({ role, text: content })));
    expect([...prompt.ids]).toEqual(chatIds(messages));
  });

  it("plain text", () => {
    const text = "It was a rainy morning at the mill. “Anna” wept – she’d lost 3 lanterns.";
    const prompt = ours.encodePrompt([{ role: null, text }]);
    expect([...prompt.ids]).toEqual(theirs.encode(text, { add_special_tokens: false }));
  });
});
