import { mkdirSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { located, resolveSetup, type SetupRequest } from "../../../server/src/analysis/setup.ts";
import { defaultSettings } from "../../../server/src/protocol/settings.ts";

const place = <T>(value: T, start = 0, end = 1) => ({ value, start, end });
function resolve(request: Partial<SetupRequest>) {
  return resolveSetup({
    frontMatter: {},
    settings: defaultSettings,
    file: "/w/prompts/a.prompt",
    folder: "/w",
    trusted: true,
    ...request,
  });
}

describe("the set-up of a file", () => {
  it("is the embedded model when nothing is named", () => {
    expect(resolve({})).toMatchObject({ model: "tinytown", saes: null, modelFrom: "settings" });
  });

  it("comes from the settings, then from the first glob that matches, then from the front matter", () => {
    const settings = {
      ...defaultSettings,
      model: "org/base",
      saes: ["org/sae"],
      files: { "prompts/*.prompt": { model: "org/glob" }, "*.txt": { saes: ["org/other"] } },
    };
    expect(resolve({ settings, file: "/w/x.md" })).toMatchObject({ model: "org/base", saes: ["org/sae"] });
    expect(resolve({ settings, file: "/w/deep/x.txt" })).toMatchObject({
      model: "org/base",
      saes: ["org/other"],
    });
    expect(resolve({ settings })).toMatchObject({
      model: "org/glob",
      saes: null,
      modelFrom: "settings.files",
    });
    const frontMatter = { model: place("org/front", 3, 9), saes: [place("a@blocks.1.hook_mlp_out", 20, 30)] };
    expect(resolve({ settings, frontMatter })).toMatchObject({
      model: "org/front",
      modelFrom: "front matter",
      modelPlace: { start: 3, end: 9 },
      saes: ["a@blocks.1.hook_mlp_out"],
      saePlaces: [{ start: 20, end: 30 }],
    });
  });

  it("keeps the SAEs when the same model is named again, and drops them for another", () => {
    const settings = { ...defaultSettings, model: "org/base", saes: ["org/sae"] };
    expect(resolve({ settings, frontMatter: { model: place("org/base") } }).saes).toEqual(["org/sae"]);
    expect(resolve({ settings, frontMatter: { model: place("tinytown") } }).saes).toBeNull();
  });

  it("takes paths from the file for its front matter, from the folder for settings", () => {
    const settings = { ...defaultSettings, model: "./m", saes: ["../s@blocks.0.hook_resid_pre"] };
    expect(resolve({ settings })).toMatchObject({ model: "/w/m", saes: ["/s@blocks.0.hook_resid_pre"] });
    expect(resolve({ frontMatter: { model: place("./m") } }).model).toBe("/w/prompts/m");
  });

  it("takes no path from the front matter in an untrusted workspace, and says so at its place", () => {
    const frontMatter = { model: place("./m", 5, 8), saes: [place("./s", 9, 12)] };
    const setup = resolve({ frontMatter, trusted: false });
    expect(setup.model).toBe("tinytown");
    expect(setup.saes).toBeNull();
    expect(setup.problems[0]).toMatchObject({ code: "workspace-not-trusted", start: 5, end: 8 });
    expect(resolve({ frontMatter: { model: place("org/m") }, trusted: false }).model).toBe("org/m");
    // SAEs that were refused are not replaced by others.
    expect(resolve({ frontMatter: { saes: [place("./s")] }, trusted: false }).saes).toEqual([]);
  });

  it("tells a relative path from an id by what exists", () => {
    const base = mkdtempSync(join(tmpdir(), "steerscope-setup-"));
    mkdirSync(join(base, "org", "local"), { recursive: true });
    expect(located("org/local", base)).toBe(join(base, "org/local"));
    expect(located("org/local@blocks.1.hook_resid_post", base)).toBe(
      join(base, "org/local@blocks.1.hook_resid_post"),
    );
    expect(located("org/remote@main", base)).toBe("org/remote@main");
    expect(located("~/m", base)).toBe(join(homedir(), "m"));
    expect(located("org/local", null)).toBe("org/local");
  });
});
