import { beforeEach, expect, it } from "vitest";
import { complete } from "../../../client/src/language-model.ts";
import { answers, lm, reset } from "./editor.ts";

const token = { isCancellationRequested: false } as never;
const params = {
  messages: [
    { role: "system" as const, content: "Judge." },
    { role: "user" as const, content: "Which?" },
  ],
};
let sent: unknown[];
beforeEach(() => {
  reset();
  sent = [];
});

const model = (name: string, error?: Error) => ({
  ...{ id: name, name, vendor: "v" },
  sendRequest: async (messages: unknown) => {
    sent.push(messages);
    if (error) throw error;
    return {
      text: (async function* () {
        yield "th";
        yield "is";
      })(),
    };
  },
});

it("says what to do where the editor has no language model", async () => {
  await expect(complete(params, token)).rejects.toThrow("Sign in to one");
});

it("takes the only model, and of several the one that the user picks, once", async () => {
  lm.models = [model("A")];
  expect(await complete(params, token)).toEqual({ text: "this", model: "A" });
  expect(sent).toEqual([
    [
      { role: "user", content: "Judge." },
      { role: "user", content: "Which?" },
    ],
  ]);
  lm.models = [model("A"), model("B")];
  await expect(complete(params, token)).rejects.toThrow("No language model was chosen");
  answers.push("B");
  for (let i = 0; i < 2; i++) expect(await complete(params, token)).toEqual({ text: "this", model: "B" });
});

it.each([
  ["NoPermissions", "did not allow"],
  ["Blocked", "refused: why"],
  ["NotFound", "no longer there"],
  [undefined, "failed: why"],
])("says why a model fails: %s", async (code, expected) => {
  lm.models = [model("A", Object.assign(new Error("why"), { code }))];
  await expect(complete(params, token)).rejects.toThrow(expected);
});
