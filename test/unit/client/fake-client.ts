import { EventEmitter } from "./editor.ts";

interface Options {
  documentSelector: { pattern: string }[];
  initializationOptions: { trusted: boolean };
}
export const TransportKind = { ipc: 1 };
export const clients: LanguageClient[] = [];

/** A language client whose starts end when the test says so. */
export class LanguageClient {
  /** What the server may ask. */
  readonly requests = new Map<string, (it: unknown) => unknown>();
  readonly clientOptions: Options;
  readonly done: string[] = [];
  readonly sent: string[] = [];
  readonly notified = new Map<string, (it: unknown) => void>();
  readonly started = new EventEmitter<Error | null>();
  constructor(_id: string, _name: string, _run: object, options: Options) {
    this.clientOptions = options;
    clients.push(this);
  }
  onRequest(method: string, handler: (it: unknown) => unknown): void {
    this.requests.set(method, handler);
  }
  onNotification(method: string, handler: (it: unknown) => void): void {
    this.notified.set(method, handler);
  }
  running = false;
  needsStop = () => this.running;
  stop = async () => {
    this.running = false;
    this.done.push("stop");
  };
  readonly tokens: unknown[] = [];
  sendRequest = async (method: string, _: object, token?: unknown) => {
    this.tokens.push(token);
    return this.sent.push(method);
  };
  start(): Promise<void> {
    this.done.push(`start on ${this.clientOptions.documentSelector.length} patterns`);
    return new Promise((resolve, reject) => {
      this.started.event((error) => {
        this.running = error === null;
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
