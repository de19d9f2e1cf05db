import { EventEmitter } from "./editor.ts";

/** A language server that answers when the test says so. */
export class FakeNumbers {
  readonly stale = new EventEmitter<string | null>();
  readonly analysed = new EventEmitter<string>();
  readonly generated = new EventEmitter<object>();
  readonly onGenerated = this.generated.event as never;
  readonly onStale = this.stale.event as never;
  readonly onAnalysed = this.analysed.event as never;
  /** Edits that were made. */
  readonly applied: object[] = [];
  readonly asked: {
    method: string;
    params: object;
    token?: { isCancellationRequested: boolean };
    resolve: (it: unknown) => void;
    reject: (it: Error) => void;
  }[] = [];

  ask<T>(method: string, params: object, token?: { isCancellationRequested: boolean }): Promise<T> {
    return new Promise((resolve, reject) => {
      this.asked.push({ method, params, token, resolve: resolve as (it: unknown) => void, reject });
    });
  }

  async apply(edit: object): Promise<boolean> {
    this.applied.push(edit);
    return true;
  }

  /** Answers the oldest request that waits. */
  async answer(value: object | Error): Promise<void> {
    const call = this.asked.shift();
    if (!call) throw new Error("Nothing was asked.");
    if (value instanceof Error) call.reject(value);
    else call.resolve(value);
    await settled();
  }
}

/** Lets what was promised happen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
