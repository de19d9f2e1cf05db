import * as vscode from "vscode";
import type {
  ContrastAnswer,
  ContrastParams,
  SteeringLayersAnswer,
  SteeringLayersParams,
} from "../../server/src/protocol/contrast.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { EditedNumbers } from "./numbers.ts";
import { openRecipe } from "./open-recipe.ts";
import { selectedPlaces } from "./selected-places.ts";
import { whichPrompt } from "./which-prompt.ts";

type Texts = Pick<ContrastParams, "texts" | "file" | "positive">;
type Failure = Error & { code?: number; data?: { code?: string } };

/** Files of examples that the server reads. */
const examples = /\.(jsonl|csv|tsv)$/i;
/** Of LSP. */
const requestCancelled = -32800;
/** Letters of a selection that a list shows. */
const MOST_LETTERS = 50;

/** True while exactly two stretches of an editor are selected; the editor's menu offers the command then. */
const twoSelected = "steerscope.twoSelections";

/**
 * Makes a steering vector from two selections of the active editor, or from a file of examples, and writes the edit that adds it
 * into the recipe of a prompt, as one step to undo. Which way it points, at which layer and over which tokens is asked for.
 */
export async function makeVector(numbers: EditedNumbers): Promise<void> {
  try {
    const texts = await chooseTexts();
    if (!texts) return;
    const prompt = await whichPrompt();
    if (!prompt) return;
    const textDocument = { uri: prompt.uri.toString() };
    const hook = await chooseLayer(numbers, { textDocument });
    if (!hook) return;
    const pool = await choosePool(texts);
    if (!pool) return;
    const answer = await ask(numbers, { textDocument, ...texts, hooks: [hook], pool });
    if (!answer) return;
    if (!(await numbers.apply(answer.edit))) throw new Error("The editor refused the change. Try again.");
    await openRecipe(answer.recipe);
    void vscode.window.showInformationMessage(inWords(answer));
  } catch (error) {
    if ((error as Failure).code === requestCancelled) return;
    void vscode.window.showErrorMessage(`No vector was added. ${(error as Error).message}`);
  }
}

/** Keeps VS Code told whether exactly two stretches are selected. */
export function watchSelections(): vscode.Disposable {
  let told = false;
  const tell = (editor: vscode.TextEditor | undefined) => {
    const is = editor !== undefined && selectedPlaces(editor).length === 2;
    if (is === told) return;
    told = is;
    void vscode.commands.executeCommand("setContext", twoSelected, is);
  };
  const listeners = [
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor === vscode.window.activeTextEditor) tell(textEditor);
    }),
    vscode.window.onDidChangeActiveTextEditor(tell),
  ];
  return {
    dispose: () => {
      for (const it of listeners) it.dispose();
    },
  };
}

/** What is selected, one way or the other; else the active file of examples, or one that the user chooses. */
async function chooseTexts(): Promise<Texts | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor ? selectedPlaces(editor).map(({ text }) => text) : [];
  const isFile = editor && examples.test(editor.document.uri.path) && !editor.document.isUntitled;
  if (selected.length !== 2) {
    if (isFile) return { file: editor.document.uri.fsPath };
    return chooseFile();
  }
  const [one, other] = selected;
  const way = (positive: string, negative: string) => ({
    label: `Towards “${short(positive)}”`,
    description: `away from “${short(negative)}”`,
    texts: { positive: [positive], negative: [negative] },
  });
  const file = { label: "From a file of examples…", texts: undefined };
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & Pick<Texts, "texts">>(
    Promise.resolve([way(one, other), way(other, one), file]),
    { placeHolder: "Where the vector is to point" },
  );
  if (!picked) return undefined;
  return picked.texts ? { texts: picked.texts } : chooseFile();
}

async function chooseFile(): Promise<Texts | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: "Examples: fields positive and negative, or text and label",
    filters: { Examples: ["jsonl", "csv", "tsv"] },
    openLabel: "Make a vector",
  });
  return chosen?.[0] && { file: chosen[0].fsPath };
}

/** @returns a hook point; the usual one stands first */
async function chooseLayer(
  numbers: EditedNumbers,
  params: SteeringLayersParams,
): Promise<string | undefined> {
  const offered = numbers
    .ask<SteeringLayersAnswer>(SteerscopeMethod.steeringLayers, params)
    .then(({ layers, usual }) => {
      const items = layers.map(({ hook, saes }, layer) => ({
        label: `Layer ${layer}`,
        description: [hook, ...saes, ...(hook === usual ? ["usual"] : [])].join(" · "),
        hook,
      }));
      return items.toSorted((a, b) => Number(b.hook === usual) - Number(a.hook === usual));
    });
  const picked = await vscode.window.showQuickPick(offered, {
    placeHolder: "Layer behind which the vector is made and added",
  });
  return picked?.hook;
}

async function choosePool({ texts }: Texts): Promise<ContrastParams["pool"] | undefined> {
  const last = {
    label: "Last token of each text",
    description: "as in the paper, where texts end in an answer",
    pool: "last" as const,
  };
  const mean = {
    label: "Mean over the tokens of each text",
    description: "without its first token and those of massive activation",
    pool: "mean" as const,
  };
  // Two stretches seldom end in what tells them apart.
  const items = texts ? [mean, last] : [last, mean];
  const picked = await vscode.window.showQuickPick(Promise.resolve(items), {
    placeHolder: "Where the texts are read",
  });
  return picked?.pool;
}

/** Where a file's labels do not say which is the positive one, the user does. @returns undefined where nothing is said */
async function ask(numbers: EditedNumbers, params: ContrastParams): Promise<ContrastAnswer | undefined> {
  try {
    return await numbers.ask<ContrastAnswer>(SteerscopeMethod.contrast, params);
  } catch (error) {
    if ((error as Failure).data?.code !== "contrast-labels" || params.positive !== undefined) throw error;
    const positive = await vscode.window.showInputBox({
      title: "Label that the vector points to",
      prompt: (error as Error).message,
    });
    if (!positive) return undefined;
    return numbers.ask<ContrastAnswer>(SteerscopeMethod.contrast, { ...params, positive });
  }
}

function inWords({ title, vectors, file, positives, negatives }: ContrastAnswer): string {
  const figures = vectors.map(({ hook, norm, stability }) => {
    const halves =
      stability === null
        ? "one text a side does not show how stable it is"
        : `vectors of its halves have a cosine of ${stability.toFixed(2)}`;
    return `at ${hook} its norm is ${Number(norm.toPrecision(3))}, and ${halves}`;
  });
  const name = file.split(/[\\/]/).at(-1);
  return `${title}, from ${positives} and ${negatives} texts: ${figures.join("; ")}. It lies in ${name}, which stays when the recipe's change is undone.`;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS).trimEnd()}…` : line;
}
