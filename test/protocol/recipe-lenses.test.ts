import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type ApplyWorkspaceEditParams,
  type ClientCapabilities,
  type CodeLens,
  ErrorCodes,
  type InitializeResult,
  LSPErrorCodes,
  type TextDocumentEdit,
} from "vscode-languageserver/node";
import { tensorBytes } from "../../server/src/files/tensor-bytes.ts";
import { User } from "./user.ts";

const able: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: { configuration: true, applyEdit: true, workspaceEdit: { documentChanges: true } },
};
let folder: string;
let user: User;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-lenses-"));
  const named = (name: string, size: number) => ({ name, shape: [8], data: new Float32Array(8).fill(size) });
  const write = (file: string, tensors: ReturnType<typeof named>[]) =>
    writeFileSync(join(folder, file), tensorBytes(tensors, {}));
  write("happy.safetensors", [named("blocks.2.hook_resid_post", 0.5)]);
  write(
    "layers.safetensors",
    [1, 2, 3].map((it) => named(`blocks.${it}.hook_resid_post`, it)),
  );
});
afterEach(async () => {
  await user.leave();
  rmSync(folder, { recursive: true });
});

const enter = async (capabilities = able, commandLinks = true) => {
  user = await User.inBand({
    settings: { saes: ["toy"] },
    folder,
    capabilities,
    initializationOptions: { commandLinks },
  });
};
const open = (text: string) => user.open(pathToFileURL(join(folder, "a.steer.yaml")).href, text);
/** What stands over each line: texts, and commands in square brackets. */
async function shown(uri: string): Promise<Record<number, string[]>> {
  const lenses: CodeLens[] = await user.lenses(uri);
  return Object.fromEntries(
    Object.entries(Object.groupBy(lenses, ({ range }) => range.start.line)).map(([line, own]) => [
      line,
      own!.map(({ command }) => (command!.command ? `[${command!.title}]` : command!.title)),
    ]),
  );
}

const recipe = `version: 1
edits:
  - vector: ./happy.safetensors
    strength: 0.4
  - vector: ./layers.safetensors
    op: project
    enabled: false
  - { feature: toy/20, strength: 1 }
  - { vector: ./none.gguf, strength: 1 }
`;

it("stand over each edit: what it steers along, where, a vector's norm, and what can be done with it", async () => {
  await enter();
  const uri = await open(recipe);
  expect(await shown(uri)).toEqual({
    2: ["[Slider]", "[Decompose…]", "[Switch off]", "norm 1.41 at blocks.2.hook_resid_post"],
    4: ["[Decompose…]", "[Switch on]", "norm 2.83 to 8.49 at blocks.1.hook_resid_post and 2 more"],
    7: ["[Slider]", "[Switch off]", "toy/20 at blocks.2.hook_resid_post"],
    8: ["[Slider]", "[Decompose…]", "[Switch off]"],
  });
  const [slider, decompose] = await user.lenses(uri);
  expect(slider.command).toMatchObject({ command: "steerscope.openSlider", arguments: [uri, 0] });
  expect(decompose.command).toMatchObject({ command: "steerscope.decomposeVector", arguments: [uri, 0] });
  await user.edit(uri, "toy/20", "toy/200");
  expect((await shown(uri))[7]).toEqual(["[Slider]", "[Switch off]"]);
});

it("switch an edit off and on by an edit of the text that the client makes", async () => {
  await enter();
  const { capabilities } = user.initialized as InitializeResult;
  expect(capabilities.executeCommandProvider!.commands).toEqual(["steerscope.switchEdit"]);
  const uri = await open(recipe);
  const asked: ApplyWorkspaceEditParams[] = [];
  let answer: object = { applied: true };
  user.connection.onRequest("workspace/applyEdit", (it: ApplyWorkspaceEditParams) => {
    asked.push(it);
    return answer;
  });
  const run = (given: unknown[], command = "steerscope.switchEdit") =>
    user.ask("workspace/executeCommand", { command, arguments: given });
  const { command } = (await user.lenses(uri)).find((it: CodeLens) => it.command!.title === "Switch off")!;
  await run(command!.arguments!);
  expect(asked[0].label).toBe("Switch an edit off");
  const [{ textDocument, edits }] = asked[0].edit.documentChanges as TextDocumentEdit[];
  expect(textDocument).toEqual({ uri, version: 1 });
  expect(edits).toMatchObject([
    { newText: expect.stringContaining("enabled: false"), range: { start: { line: 4, character: 0 } } },
  ]);
  await run([uri, 1, true]);
  expect((asked[1].edit.documentChanges as TextDocumentEdit[])[0].edits).toMatchObject([
    { newText: "true", range: { start: { line: 6, character: 13 } } },
  ]);

  const failed = (code: string) => ({ code: LSPErrorCodes.RequestFailed, data: { code } });
  answer = { applied: false, failureReason: "it is read-only" };
  await expect(run([uri, 0, false])).rejects.toMatchObject({
    ...failed("edit-refused"),
    message: expect.stringContaining("read-only"),
  });
  await expect(run([uri, 9, false])).rejects.toMatchObject(failed("recipe-not-editable"));
  for (const wrong of [[], [uri], [uri, 0, "no"], ["file:///other.steer.yaml", 0, true]])
    await expect(run(wrong)).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
  await expect(run([uri, 0, true], "steerscope.other")).rejects.toMatchObject({
    code: ErrorCodes.InvalidParams,
  });
});

it("offer no more than the client can do", async () => {
  await enter({ ...able, workspace: { configuration: true } });
  expect((await shown(await open(recipe)))[2]).not.toContain("[Switch off]");
  await user.leave();
  await enter(able, false);
  expect(await shown(await open(recipe))).toEqual({});
});
