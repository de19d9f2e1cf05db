import * as vscode from "vscode";
import type { CheckOutcome, ListedCheck, TestResult } from "../../server/src/protocol/checks.ts";
import type { Range } from "../../server/src/protocol/inspect.ts";
import {
  type RecipeChecksParams,
  SteerscopeMethod,
  type TestRecipeParams,
} from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";
import { isRecipe } from "./prompt-files.ts";

const recipes = "**/*.steer.yaml";

/** The checks of all recipes in VS Code's Test Explorer. Which recipes there are is looked up when it is opened. */
export class RecipeTests implements vscode.Disposable {
  readonly #numbers: Numbers;
  readonly #controller: vscode.TestController;
  readonly #listeners: vscode.Disposable[] = [];
  /** Whether the Test Explorer asked for anything yet. */
  #wanted = false;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
    this.#controller = vscode.tests.createTestController("steerscope.recipes", "Steering recipes");
    this.#controller.resolveHandler = (item) => (item ? this.#listChecks(item) : this.#listRecipes());
    this.#controller.refreshHandler = () => this.#listRecipes();
    this.#controller.createRunProfile(
      "Run checks",
      vscode.TestRunProfileKind.Run,
      (request, token) => this.run(request, token),
      true,
    );
    const watcher = vscode.workspace.createFileSystemWatcher(recipes);
    this.#listeners.push(
      watcher,
      watcher.onDidCreate((uri) => this.#add(uri)),
      watcher.onDidDelete((uri) => this.#controller.items.delete(uri.toString())),
      watcher.onDidChange((uri) => this.#changed(uri)),
      vscode.workspace.onDidOpenTextDocument((document) => this.#opened(document)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#changed(uri)),
    );
  }

  /** Runs what is asked for, a check after the other; what is cancelled ends within a token. */
  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    try {
      for (const check of await this.#chosen(request)) {
        if (token.isCancellationRequested) break;
        await this.#runOne(run, check, token);
      }
    } finally {
      run.end();
    }
  }

  dispose(): void {
    for (const it of [...this.#listeners, this.#controller]) it.dispose();
  }

  async #listRecipes(): Promise<void> {
    this.#wanted = true;
    const found = await vscode.workspace.findFiles(recipes, "**/node_modules/**");
    const uris = new Set(found.map(String));
    this.#controller.items.forEach(({ id }) => {
      if (!uris.has(id)) this.#controller.items.delete(id);
    });
    for (const uri of found) this.#add(uri);
  }

  #add(uri: vscode.Uri): void {
    if (this.#wanted) this.#ensure(uri);
  }

  #ensure(uri: vscode.Uri): vscode.TestItem {
    const name = vscode.workspace.asRelativePath(uri);
    const known = this.#controller.items.get(uri.toString());
    const item = known ?? this.#controller.createTestItem(uri.toString(), name, uri);
    item.canResolveChildren = true;
    this.#controller.items.add(item);
    return item;
  }

  /** Checks of a recipe that is open can be run from its text, whether or not the Test Explorer was. */
  #opened(document: vscode.TextDocument): void {
    if (!isRecipe(document)) return;
    const item = this.#ensure(document.uri);
    if (item.children.size === 0) void this.#listChecks(item);
  }

  #changed(uri: vscode.Uri): void {
    const item = this.#controller.items.get(uri.toString());
    if (item && (item.children.size > 0 || !this.#wanted)) void this.#listChecks(item);
  }

  /** The checks of a recipe; a recipe that cannot be read says why in their place. */
  async #listChecks(item: vscode.TestItem): Promise<void> {
    const params: RecipeChecksParams = { recipe: { uri: item.id } };
    try {
      const checks = await this.#numbers.ask<ListedCheck[]>(SteerscopeMethod.recipeChecks, params);
      item.error = undefined;
      item.children.replace(
        checks.map(({ name, index, range }) => {
          const check = this.#controller.createTestItem(`${item.id}#${index}`, name, item.uri);
          check.range = rangeOf(range);
          return check;
        }),
      );
    } catch (error) {
      item.error = (error as Error).message;
      item.children.replace([]);
    }
  }

  /** The checks that a request means, those of whole recipes looked up first. */
  async #chosen({ include, exclude }: vscode.TestRunRequest): Promise<vscode.TestItem[]> {
    if (!include) await this.#listRecipes();
    const chosen: vscode.TestItem[] = [];
    for (const item of include ?? itemsOf(this.#controller.items)) {
      if (item.parent) chosen.push(item);
      else {
        await this.#listChecks(item);
        chosen.push(...itemsOf(item.children));
      }
    }
    // By what they name: a list that was looked up again has other items.
    const left = new Set(exclude?.map(({ id }) => id));
    return chosen.filter(({ id, parent }) => !left.has(id) && !(parent && left.has(parent.id)));
  }

  async #runOne(run: vscode.TestRun, item: vscode.TestItem, token: vscode.CancellationToken): Promise<void> {
    const [uri, index] = item.id.split(/#(?=\d+$)/);
    run.started(item);
    const source = new vscode.CancellationTokenSource();
    const listeners = [token, run.token].map((it) => it.onCancellationRequested(() => source.cancel()));
    const params: TestRecipeParams = { recipe: { uri }, checks: [Number(index)] };
    try {
      const { checks } = await this.#numbers.ask<TestResult>(
        SteerscopeMethod.testRecipe,
        params,
        source.token,
      );
      report(run, item, checks[0]);
    } catch (error) {
      if (source.token.isCancellationRequested) run.skipped(item);
      else run.errored(item, new vscode.TestMessage((error as Error).message));
    } finally {
      for (const it of listeners) it.dispose();
    }
  }
}

/** Tells what came of a check: each expectation that was not met at its line, and what was written. */
function report(run: vscode.TestRun, item: vscode.TestItem, outcome: CheckOutcome | undefined): void {
  const error = outcome ? outcome.error : "The recipe has no such check any more.";
  if (!outcome || error !== null) {
    run.errored(item, new vscode.TestMessage(error ?? ""));
    return;
  }
  const written = outcome.samples.map(({ text }) => text);
  run.appendOutput(
    [`${item.label}:`, ...written.map((text) => JSON.stringify(text)), ""].join("\r\n"),
    undefined,
    item,
  );
  for (const { expected, measured, passed } of outcome.expectations)
    run.appendOutput(
      `${passed ? "met" : "NOT MET"}: ${expected}; measured: ${measured}\r\n`,
      undefined,
      item,
    );
  const messages = outcome.expectations
    .filter(({ passed }) => !passed)
    .map(({ expected, measured, range }) => {
      const message = new vscode.TestMessage(`Expected: ${expected}. Measured: ${measured}.`);
      message.expectedOutput = expected;
      message.actualOutput = measured;
      if (item.uri) message.location = new vscode.Location(item.uri, rangeOf(range));
      return message;
    });
  if (outcome.passed) run.passed(item, outcome.ms);
  else run.failed(item, messages, outcome.ms);
}

const itemsOf = (items: vscode.TestItemCollection) => Array.from(items, ([, item]) => item);

function rangeOf({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
