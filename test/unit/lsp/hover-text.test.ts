import { describe, expect, it } from "vitest";
import { hoverText, MOST_LINES } from "../../../server/src/lsp/hover-text.ts";
import { defaultSettings } from "../../../server/src/protocol/settings.ts";
import { analysed } from "../analysis/fixtures.ts";

const style = { ranking: defaultSettings, linkTo: null };
const active = Array.from({ length: 30 }, (_, i): [number, number] => [i, 40 - i]);
const tokens = [{ text: "<s>", virtual: true }, { text: "one", active }, { text: " two" }];

describe("a hover", () => {
  it("says all there is to say about a token, the first line naming it", () => {
    const lines = hoverText(analysed(tokens), [1], style).split("  \n");
    expect(lines[0]).toBe('**`"one"`** · token 1 · id 101');
    expect(lines[1]).toMatch(/^Surprisal 1\.44 bits · expected instead `"<s>"` 37 %, `" two"` 5\.0 %/);
    expect(lines[2]).toBe("`▰▰▰▰▰▰▰▰` s · 0 · no label · 40.0 *(100 % of its strongest in this file)*");
    expect(lines[5]).toContain("s · 3 · three · 37.0");
    expect(lines.at(-3)).toBe("Reconstruction s at blocks.1.hook_resid_post: 30 active, FVU 0.50");
    expect(lines.at(-2)).toMatch(/^Next `"/);
    expect(lines.at(-1)).toBe("m · cpu · f32");
  });

  it("says in which precision a file of another is computed", () => {
    const document = analysed(tokens, ({ model }) => {
      Object.assign(model, { id: "HuggingFaceTB/SmolLM2", dtype: "bf16", device: "webgpu" });
    });
    const last = hoverText(document, [1], style).split("\n").at(-1);
    expect(last).toBe("HuggingFaceTB/SmolLM2 · webgpu · bf16 computed in f32");
  });

  it("links to where a feature fires beside the contract's four parts, not in them", () => {
    const uri = "file:///a (1).prompt";
    const lines = hoverText(analysed(tokens), [1], { ...style, linkTo: uri }).split("  \n");
    const [, before, argument, title, steered] =
      /^(.*) \[where\?\]\(command:steerscope\.showWhereFires\?([^ ()]*) "([^"]*)"\) \| \[steer\]\(command:steerscope\.steerFeature\?([^ ()]*) "Steer with feature 0"\)$/.exec(
        lines[2],
      )!;
    expect(steered).toBe(argument);
    expect(before).toContain(" s · 0 · no label · 40.0 *(");
    expect(JSON.parse(decodeURIComponent(argument))).toEqual([{ uri, sae: "s", feature: 0 }]);
    expect(title).toBe("Show where feature 0 fires in this file");
    const open = /\[open\]\(command:steerscope\.showFeature\?([^ ()]*) "Open feature 0"\) \|$/.exec(before);
    expect(open?.[1]).toBe(argument);
  });

  it("tells an almost certain token from a certain one without an exponent", () => {
    const document = analysed([...tokens, { text: " x", logprob: -0.0004 }, { text: " y", logprob: 0 }]);
    expect(hoverText(document, [3], style)).toContain("Surprisal < 0.01 bits");
    expect(hoverText(document, [4], style)).toContain("Surprisal 0.00 bits");
  });

  it("lists no features of an SAE that was not made for the token, but those of others", () => {
    const document = analysed(tokens, (description, analysis) => {
      description.saes.push({ ...description.saes[0], id: "other" });
      analysis.saes.push({ ...analysis.saes[0], outside: analysis.saes[0].outside.slice() });
      analysis.saes[0].outside[1] = 1;
    });
    const lines = hoverText(document, [1], style).split("  \n");
    expect(lines.filter((line) => line.startsWith("⚠"))).toEqual([
      "⚠ s was not made for this token (special, or a massive activation): 30 active features not shown",
    ]);
    expect(lines.filter((line) => / s · \d+ · /.test(line))).toEqual([]);
    expect(lines.filter((line) => / other · \d+ · /.test(line)).length).toBeGreaterThan(2);
  });

  it("never gets longer than it may, however many SAEs and features", () => {
    const document = analysed(tokens, (description, analysis) => {
      description.saes[0].frequency = new Float32Array(50);
      description.saes[0].frequency[29] = 1;
      for (let i = 1; i < 25; i++) {
        description.saes.push({ ...description.saes[0], id: `s${i}` });
        analysis.saes.push(analysis.saes[0]);
      }
    });
    for (const saes of [25, 3, 2, 1]) {
      document.description.saes.length = saes;
      document.analysis.saes.length = saes;
      const text = hoverText(document, [1, 2, 0], { ...style, ranking: { ...defaultSettings, topK: 100 } });
      expect(text.split("\n").length).toBeLessThanOrEqual(MOST_LINES);
      expect(text).toMatch(/[1-3] left out/);
    }
  });

  it("names the other tokens of a shared range, and says when there is no SAE", () => {
    const document = analysed(tokens, (description, analysis) => {
      description.saes = [];
      analysis.saes = [];
    });
    const text = hoverText(document, [1, 2], style);
    expect(text).toContain('First of 2 tokens that stand here: `"one"` `" two"`');
    expect(text).toContain("No SAE is set");
  });

  it("says so for the first token and for the most expected one", () => {
    expect(hoverText(analysed(tokens), [0], style)).toContain("nothing predicts it");
    const document = analysed([...tokens, { text: "x" }], (_, analysis) => {
      analysis.topIds[20] = 103;
    });
    expect(hoverText(document, [3], style)).toContain("the most expected token");
  });
});
