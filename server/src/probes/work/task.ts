import { cell } from "./cell.ts";
import { control, text } from "./controls.ts";
import { final } from "./final.ts";

/** What a thread can be asked: pure functions of what crosses to it. */
export const tasks = { cell, final, control, text };

export type TaskName = keyof typeof tasks;
export type TaskParams<N extends TaskName> = Parameters<(typeof tasks)[N]>[0];
export type TaskResult<N extends TaskName> = ReturnType<(typeof tasks)[N]>;

export interface Task {
  name: TaskName;
  params: unknown;
}

/** `ours`: a message in words for the user. */
export type TaskAnswer = { result: unknown } | { message: string; ours: boolean };
