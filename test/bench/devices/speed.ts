import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../../server/src/host/engine-host.ts";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import type { Device, Setup } from "../../../server/src/protocol/engine.ts";
import { summary, times } from "../stats.ts";
import { firstText, speeds } from "../steering.ts";
import { request } from "../steering-material.ts";
import { analysed, type DeviceSubject, on, steeringSubject, textOf } from "./subjects.ts";

const lengths = [64, 512, 1024];

/** Times in ms of whole analyses, by number of tokens. */
export async function analysisTimes(host: EngineHost, setup: Setup, runs: number) {
  const taken: Record<number, object> = {};
  for (const length of lengths) {
    const text = await textOf(host, setup, length);
    if (text !== null) taken[length] = summary(await times(runs, () => analysed(host, setup, text)));
  }
  return taken;
}

/** From a cancellation behind the first new text to the end of the request; and whether the engine goes on. */
export async function cancellation(host: EngineHost, subject: DeviceSubject, device: Device) {
  const writing = await steeringSubject(host, subject, device);
  const params = { ...request(writing, []), maxTokens: 10_000 };
  const source = new CancellationTokenSource();
  let cancelled = 0;
  const listener = host.onGenerated.on(({ run }) => {
    if (run !== params.run || cancelled > 0) return;
    cancelled = performance.now();
    source.cancel();
  });
  const error = await host.generate(params, source.token).catch((it: unknown) => it);
  const ms = performance.now() - cancelled;
  listener();
  const after = await host.generate({ ...request(writing, []), maxTokens: 3 });
  return { ended: error instanceof CancelledError, ms, goesOn: after.samples[0].ids.length > 0 };
}

/** How fast a device analyses, writes and is cancelled. */
export async function deviceSpeed(host: EngineHost, subject: DeviceSubject, device: Device, runs: number) {
  const writing = await steeringSubject(host, subject, device);
  return {
    analysisMs: await analysisTimes(host, on(subject, device), runs),
    writing: (await speeds(host, writing, runs)).report,
    strengthToFirstTextMs: await firstText(host, writing, runs),
    cancellation: await cancellation(host, subject, device),
  };
}
