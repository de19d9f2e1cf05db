import type { PreparedDocument } from "../analysis/document.ts";
import { prepare } from "../analysis/prepare.ts";
import { located } from "../analysis/setup.ts";
import { defaultSettings } from "../protocol/settings.ts";

/** What a search is about where no file is: the model and SAE that were named, an empty text. */
export function preparedFor({ model, sae }: { model?: string; sae?: string }): PreparedDocument {
  const here = process.cwd();
  return prepare({
    ...{ key: "", fileName: "search.txt", text: "", file: null, folder: here, settings: defaultSettings },
    override: {
      ...(model !== undefined && { model: located(model, here) }),
      ...(sae !== undefined && { saes: [located(sae, here)] }),
    },
    trusted: true,
  });
}
