import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { EndpointJudge, endpointOf } from "../../../server/src/explain/endpoint.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server | undefined;
let asked: { url: string; body: string; key: string | undefined }[] = [];
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = undefined;
});

/** An endpoint that gives these answers one after another, the last one again and again. */
async function endpoint(...answers: Answer[]): Promise<string> {
  asked = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push({ url: request.url!, body, key: request.headers.authorization });
    answers[Math.min(asked.length, answers.length) - 1](request, response, body);
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const says =
  (content: string): Answer =>
  (_, response) =>
    response.end(JSON.stringify({ choices: [{ message: { role: "assistant", content } }] }));
const fails =
  (status: number, body = "", headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
const impatient = { timeout: 5_000, delays: [1, 1], longestDelay: 5 };
const messages = [{ role: "user" as const, content: "Which?" }];
const judgeAt = (base: string, env: NodeJS.ProcessEnv = {}, keyVariable = "", patience = impatient) =>
  new EndpointJudge(endpointOf({ endpoint: base, model: "m", keyVariable }, env), patience);
const ask = (base: string) => judgeAt(base).complete(messages, new AbortController().signal);

it("asks for the likeliest answer of the model that was named, with the key that the variable holds", async () => {
  const base = await endpoint(says("this one"));
  const judge = judgeAt(`${base}/`, { KEY: " secret\n" }, "KEY");
  expect(judge.name).toBe(`m (${new URL(base).host})`);
  expect(await judge.complete(messages, new AbortController().signal)).toBe("this one");
  expect(asked).toMatchObject([{ url: "/v1/chat/completions", key: "Bearer secret" }]);
  expect(JSON.parse(asked[0].body)).toEqual({ model: "m", messages, temperature: 0, stream: false });
  await ask(base);
  expect(asked[1].key).toBeUndefined();
});

it.each([429, 500, 503])("asks again after %i", async (status) => {
  const base = await endpoint(fails(status), fails(status, "", { "retry-after": "9999" }), says("yes"));
  expect(await ask(base)).toBe("yes");
  expect(asked).toHaveLength(3);
});

it("gives up in the end, and says what the endpoint said", async () => {
  const base = await endpoint(fails(503, '{"error":{"message":"too busy"}}'));
  await expect(ask(base)).rejects.toMatchObject({
    problem: { code: "endpoint-failed", message: expect.stringContaining("503: too busy") },
  });
  expect(asked).toHaveLength(3);
});

it.each([
  [401, "keyVariable"],
  [404, "labels.endpoint"],
  [400, "labels.endpoint"],
])("does not ask again after %i, and says where to look", async (status, where) => {
  const base = await endpoint(fails(status));
  await expect(ask(base)).rejects.toMatchObject({ problem: { remedy: expect.stringContaining(where) } });
  expect(asked).toHaveLength(1);
});

it("follows no redirect: nobody configured where it leads to", async () => {
  const base = await endpoint(fails(307, "", { location: "/elsewhere" }));
  await expect(ask(base)).rejects.toMatchObject({ problem: { code: "endpoint-failed" } });
  expect(asked.map(({ url }) => url)).not.toContain("/elsewhere");
});

it.each([
  ["no JSON", (_, response) => response.end("<html>")],
  ["another JSON", (_, response) => response.end("{}")],
  ["far too much", says("x".repeat(1_100_000))],
  ["nothing, and hangs up", (request) => request.socket.destroy()],
] as [string, Answer][])("says so where it answers %s", async (_, answer) => {
  const base = await endpoint(answer);
  await expect(ask(base)).rejects.toMatchObject({ problem: { code: "endpoint-failed" } });
});

it("does not wait for ever, and ends when it is cancelled", async () => {
  const base = await endpoint(() => {});
  const quick = { timeout: 20, delays: [], longestDelay: 0 };
  const slow = judgeAt(base, {}, "", quick).complete(messages, new AbortController().signal);
  await expect(slow).rejects.toMatchObject({
    problem: { message: expect.stringContaining("did not answer in time") },
  });
  const controller = new AbortController();
  const waiting = judgeAt(base).complete(messages, controller.signal);
  const before = asked.length;
  while (asked.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: "CancelledError" });
});

it.each([
  [{ endpoint: "" }, "endpoint-not-configured"],
  [{ model: " " }, "endpoint-not-configured"],
  [{ endpoint: "file:///etc/passwd" }, "endpoint-invalid"],
  [{ endpoint: "localhost" }, "endpoint-invalid"],
  [{ keyVariable: "NONE" }, "endpoint-key-missing"],
  [{ endpoint: "http://example.org/v1", keyVariable: "KEY" }, "endpoint-not-encrypted"],
])("refuses %j before anything is sent", (part, code) => {
  const settings = { endpoint: "https://example.org/v1", model: "m", keyVariable: "", ...part };
  const read = () => endpointOf(settings, { KEY: "secret" });
  expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code }) }));
  expect(read).not.toThrow(/secret/);
});
