import type { Connection } from "vscode-languageserver/node";
import { cachedModels } from "../host/hub-cache.ts";
import { hubCacheFolder } from "../hub/cache-folder.ts";
import type { EngineStatus } from "../protocol/requests.ts";
import { SteerscopeMethod } from "../protocol/requests.ts";
import { codeActions, resolveCodeAction } from "./code-actions.ts";
import { codeLens } from "./code-lens.ts";
import { compare, setStrengths, sweep } from "./compare.ts";
import { completion } from "./completion.ts";
import { diagnostic } from "./diagnostics.ts";
import { documentSymbols } from "./document-symbols.ts";
import { explainFeature } from "./explain.ts";
import { features } from "./explore.ts";
import { feature, labelFeature, tryFeature } from "./feature.ts";
import { hover } from "./hover.ts";
import { inlayHints } from "./inlay-hints.ts";
import { inspect } from "./inspect.ts";
import { probes } from "./probes/list-probes.ts";
import { probeScores } from "./probes/probe-scores.ts";
import { trainProbe } from "./probes/train-probe.ts";
import { recipeChecks, testRecipeChecks } from "./recipe-tests.ts";
import { contrast, steeringLayers } from "./recipes/contrast.ts";
import { decomposeEdit } from "./recipes/decompose-edit.ts";
import { steerFeature } from "./recipes/steer-feature.ts";
import { executeCommand } from "./recipes/switch-edit.ts";
import { scanCorpus } from "./scan.ts";
import type { Session } from "./session.ts";
import { setup } from "./setup.ts";
import { tokens } from "./tokens.ts";
import { whereFires } from "./where-fires.ts";

/** Which function answers which request. */
export function registerVerbs(connection: Connection, session: () => Session): void {
  connection.onHover((params, token) => hover(session(), params, token));
  connection.onCompletion((params, token) => completion(session(), params, token));
  connection.onCodeLens((params) => codeLens(session(), params));
  connection.onExecuteCommand((params) => executeCommand(session(), params));
  connection.onDocumentSymbol((params, token) => documentSymbols(session(), params, token));
  connection.onCodeAction((params, token) => codeActions(session(), params, token));
  connection.onCodeActionResolve((action) => resolveCodeAction(session(), action));
  connection.languages.inlayHint.on((params) => inlayHints(session(), params));
  connection.languages.diagnostics.on((params, token) => diagnostic(session(), params, token));

  connection.onRequest(SteerscopeMethod.inspect, (params, token) => inspect(session(), params, token));
  connection.onRequest(SteerscopeMethod.tokens, (params, token) => tokens(session(), params, token));
  connection.onRequest(SteerscopeMethod.whereFires, (params, token) => whereFires(session(), params, token));
  connection.onRequest(SteerscopeMethod.feature, (params, token) => feature(session(), params, token));
  connection.onRequest(SteerscopeMethod.features, (params, token) => features(session(), params, token));
  connection.onRequest(SteerscopeMethod.tryFeature, (params, token) => tryFeature(session(), params, token));
  connection.onRequest(SteerscopeMethod.labelFeature, (params, token) =>
    labelFeature(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.explainFeature, (params, token) =>
    explainFeature(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.compare, (params, token) => compare(session(), params, token));
  connection.onRequest(SteerscopeMethod.sweep, (params, token) => sweep(session(), params, token));
  connection.onRequest(SteerscopeMethod.setStrengths, (params) => setStrengths(session(), params));
  connection.onRequest(SteerscopeMethod.scan, (params, token) => scanCorpus(session(), params, token));
  connection.onRequest(SteerscopeMethod.steerFeature, (params, token) =>
    steerFeature(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.steeringLayers, (params, token) =>
    steeringLayers(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.contrast, (params, token) => contrast(session(), params, token));
  connection.onRequest(SteerscopeMethod.decompose, (params, token) =>
    decomposeEdit(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.trainProbe, (params, token) => trainProbe(session(), params, token));
  connection.onRequest(SteerscopeMethod.probes, (params) => probes(session(), params));
  connection.onRequest(SteerscopeMethod.probeScores, (params, token) =>
    probeScores(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.recipeChecks, (params) => recipeChecks(session(), params));
  connection.onRequest(SteerscopeMethod.testRecipe, (params, token) =>
    testRecipeChecks(session(), params, token),
  );
  connection.onRequest(SteerscopeMethod.setup, (params, token) => setup(session(), params, token));
  connection.onRequest(SteerscopeMethod.status, (): EngineStatus => session().host.status);
  connection.onRequest(SteerscopeMethod.models, async () => [
    "tinytown",
    ...(await cachedModels(hubCacheFolder())),
  ]);
  connection.onRequest(SteerscopeMethod.restartEngine, () => {
    session().host.restart();
    session().analyser.forget();
    session().documents.again();
    session().recipes.again();
    session().probes.again();
    return null;
  });
}
