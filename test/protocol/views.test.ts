import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Analysed, SetupAnswer } from "../../server/src/protocol/requests.ts";
import { User } from "./user.ts";

/** What views of an editor's numbers (a heat map, a panel) need to be right and to stay so. */
describe("for views", () => {
  let user: User;
  let analysed: Analysed[];
  beforeEach(async () => {
    user = await User.inBand({ settings: { saes: ["toy"] } });
    analysed = [];
    user.connection.onNotification("steerscope/analysed", (it: Analysed) => void analysed.push(it));
  });
  afterEach(() => user.leave());

  it("announces each outcome: of a new version, of other settings, of a failure, of another engine", async () => {
    const uri = await user.open("a.txt", "The cat sat.");
    await user.inspect(uri);
    await expect.poll(() => analysed).toEqual([{ uri, version: 1 }]);
    await user.edit(uri, "cat", "dog");
    await expect.poll(() => analysed).toHaveLength(2);
    expect(analysed[1]).toEqual({ uri, version: 2 });
    await user.configure({ model: "/missing/model" });
    await expect.poll(() => analysed).toHaveLength(3);
    await user.configure({ saes: ["toy"] });
    await expect.poll(() => analysed).toHaveLength(4);
    await user.ask("steerscope/restartEngine", { textDocument: { uri } });
    await expect.poll(() => analysed).toHaveLength(5);
  });

  it("gives the scale of every listed latent with ranked features, and only then", async () => {
    const uri = await user.open("a.txt", "The cat sat on the mat.");
    const answer = await user.inspect(uri, { ranked: true });
    const listed = new Set(
      answer.tokens.flatMap((token) => token.features.map((it) => `${it.sae}/${it.feature}`)),
    );
    expect(listed.size).toBeGreaterThan(0);
    expect(new Set(answer.scales!.map((it) => `${it.sae}/${it.feature}`))).toEqual(listed);
    expect(answer.scales).toHaveLength(listed.size);
    const [{ feature, value, from }] = answer.scales!;
    expect((await user.whereFires(uri, "toy", feature)).scale).toEqual({ value, from });
    expect(await user.inspect(uri)).not.toHaveProperty("scales");
  });

  it("says which model reads a file and who named it, also when that one cannot be loaded", async () => {
    const ask = (uri: string) => user.ask<SetupAnswer>("steerscope/setup", { textDocument: { uri } });
    const plain = await user.open("a.txt", "The cat sat.");
    expect(await ask(plain)).toEqual({
      model: "tinytown",
      saes: ["toy"],
      modelFrom: "settings",
      saesFrom: "settings",
    });
    const named = await user.open("b.prompt", "---\nsteerscope:\n  model: org/missing\n---\nThe cat sat.\n");
    expect(await ask(named)).toMatchObject({ model: "org/missing", modelFrom: "front matter" });
    await expect(ask("file:///prompts/closed.prompt")).rejects.toThrow("not open");
  });
});
