import type {
  AnnotatedTextEdit,
  Command,
  CreateFile,
  TextDocumentEdit,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver/node";
import { Lines } from "../../analysis/lines.ts";
import type { TextChange } from "../../steering/recipe/yaml-text.ts";
import type { ClientFacts } from "../client-facts.ts";

/** A change of one document: of the text that it has now, or of a file that is made. */
export interface DocumentChange {
  uri: string;
  /** Its version where it is open; null else. */
  version: number | null;
  /** The text before; null for a file that is made. */
  text: string | null;
  changes: TextChange[];
}

const annotation = "steerscope.steer";

/** The command of VS Code's extension that shows a recipe beside the prompt. */
const openRecipe = "steerscope.openRecipe";

/**
 * One edit of several documents, so that one undo takes all of it back, with a note on what it does where the client shows
 * notes. Making a file needs {@link ClientFacts.edits}.createFiles, of which the caller made sure.
 */
export function workspaceEdit(
  client: ClientFacts,
  note: string,
  all: readonly DocumentChange[],
): WorkspaceEdit {
  if (!client.edits.documents)
    return { changes: Object.fromEntries(all.map((it) => [it.uri, textEdits(it)])) };
  const { annotations } = client.edits;
  const noted = (edit: TextEdit): TextEdit | AnnotatedTextEdit =>
    annotations ? { ...edit, annotationId: annotation } : edit;
  const documentChanges = all.flatMap((it): (TextDocumentEdit | CreateFile)[] => {
    const { uri, version, text } = it;
    const create: CreateFile = { kind: "create", uri, ...(annotations && { annotationId: annotation }) };
    const edit: TextDocumentEdit = { textDocument: { uri, version }, edits: textEdits(it).map(noted) };
    return text === null ? [create, edit] : [edit];
  });
  return {
    documentChanges,
    ...(annotations && { changeAnnotations: { [annotation]: { label: note, needsConfirmation: false } } }),
  };
}

function textEdits({ text, changes }: DocumentChange): TextEdit[] {
  const lines = new Lines(text ?? "");
  return changes.map(({ start, end, text: newText }) => ({ range: lines.range(start, end), newText }));
}

/** Shows a recipe beside the prompt, so that no change of it goes unseen; only a client that runs our commands can. */
export function showRecipe(client: ClientFacts, uri: string): { command?: Command } {
  if (!client.commandLinks) return {};
  return { command: { title: "Open the recipe", command: openRecipe, arguments: [uri] } };
}
