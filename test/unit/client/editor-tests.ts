import { CancellationTokenSource, EventEmitter, type Uri } from "./editor.ts";

/** The part of VS Code's API that lists and runs tests, and what became of them. */
export class Items {
  readonly #items = new Map<string, Item>();
  readonly #parent: Item | undefined;
  constructor(parent?: Item) {
    this.#parent = parent;
  }
  get size(): number {
    return this.#items.size;
  }
  get = (id: string) => this.#items.get(id);
  delete = (id: string) => this.#items.delete(id);
  add(item: Item): void {
    item.parent = this.#parent;
    this.#items.set(item.id, item);
  }
  replace(items: Item[]): void {
    this.#items.clear();
    for (const it of items) this.add(it);
  }
  forEach(visit: (item: Item) => void): void {
    for (const it of [...this.#items.values()]) visit(it);
  }
  [Symbol.iterator]() {
    return this.#items[Symbol.iterator]();
  }
}

export class Item {
  readonly id: string;
  readonly label: string;
  readonly uri: Uri | undefined;
  readonly children = new Items(this);
  parent: Item | undefined;
  range: unknown;
  error: string | undefined;
  canResolveChildren = false;
  constructor(id: string, label: string, uri?: Uri) {
    this.id = id;
    this.label = label;
    this.uri = uri;
  }
}

/** What a run told, one entry a state: its name, the test's label, and the messages. */
export class Run {
  readonly told: [state: string, label: string, messages?: TestMessage[]][] = [];
  readonly stopped = new CancellationTokenSource();
  readonly token = this.stopped.token;
  output = "";
  ended = false;
  started = ({ label }: Item) => void this.told.push(["started", label]);
  passed = ({ label }: Item) => void this.told.push(["passed", label]);
  skipped = ({ label }: Item) => void this.told.push(["skipped", label]);
  failed = ({ label }: Item, messages: TestMessage[]) => void this.told.push(["failed", label, messages]);
  errored = ({ label }: Item, message: TestMessage) => void this.told.push(["errored", label, [message]]);
  appendOutput(text: string): void {
    this.output += text;
  }
  end(): void {
    this.ended = true;
  }
}

export class TestMessage {
  readonly message: string;
  expectedOutput?: string;
  actualOutput?: string;
  location?: unknown;
  constructor(message: string) {
    this.message = message;
  }
}

export class Location {
  readonly uri: Uri;
  readonly range: unknown;
  constructor(uri: Uri, range: unknown) {
    this.uri = uri;
    this.range = range;
  }
}

export class Controller {
  readonly items = new Items();
  readonly runs: Run[] = [];
  readonly disposed = new EventEmitter<void>();
  resolveHandler: (item?: Item) => Promise<void> = async () => {};
  refreshHandler: () => Promise<void> = async () => {};
  runHandler: (request: object, token: object) => Promise<void> = async () => {};
  createTestItem = (id: string, label: string, uri?: Uri) => new Item(id, label, uri);
  createRunProfile(_: string, _kind: number, run: Controller["runHandler"]): void {
    this.runHandler = run;
  }
  createTestRun(): Run {
    const run = new Run();
    this.runs.push(run);
    return run;
  }
  dispose(): void {
    this.disposed.fire();
  }
}

export const TestRunProfileKind = { Run: 1 };
export const controllers: Controller[] = [];
export const tests = {
  createTestController: () => {
    const controller = new Controller();
    controllers.push(controller);
    return controller;
  },
};
