import * as vscode from "vscode";
import type { Completed, CompleteParams } from "../../server/src/protocol/requests.ts";

/** The model that the user chose, as long as this window lives. */
let chosen: string | undefined;

/**
 * Completes a chat with a language model of the user's editor. VS Code asks the user for consent before the first use.
 * @throws Error saying what to do where there is no model, or none that may be used
 */
export async function complete(
  { messages }: CompleteParams,
  token: vscode.CancellationToken,
): Promise<Completed> {
  const model = await chosenModel();
  // The API has no messages of the system.
  const chat = messages.map(({ content }) => vscode.LanguageModelChatMessage.User(content));
  const justification = "Steerscope has it label a feature, or judge a label, that you asked for.";
  try {
    const response = await model.sendRequest(chat, { justification }, token);
    let text = "";
    for await (const part of response.text) text += part;
    return { text, model: model.name };
  } catch (error) {
    throw new Error(reasonOf(error as Error & { code?: string }, model.name));
  }
}

async function chosenModel(): Promise<vscode.LanguageModelChat> {
  const models = (await vscode.lm?.selectChatModels()) ?? [];
  if (models.length === 0)
    throw new Error(
      "The editor has no language model to offer. Sign in to one in VS Code (for instance GitHub Copilot).",
    );
  const known = models.find(({ id }) => id === chosen);
  if (known) return known;
  if (models.length === 1) return models[0];
  const items = models.map((model) => ({ label: model.name, description: model.vendor, model }));
  const picked = await vscode.window.showQuickPick(Promise.resolve(items), {
    placeHolder: "Language model that labels; examples of the corpus are sent to it",
  });
  if (!picked) throw new Error("No language model was chosen.");
  chosen = picked.model.id;
  return picked.model;
}

function reasonOf({ code, message }: Error & { code?: string }, model: string): string {
  if (code === "NoPermissions") return `Steerscope may not use ${model}: you did not allow it.`;
  if (code === "Blocked") return `${model} refused: ${message}`;
  if (code === "NotFound") return `${model} is no longer there.`;
  return `${model} failed: ${message}`;
}
