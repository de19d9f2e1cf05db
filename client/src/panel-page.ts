import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** Lets a webview run one bundle of dist/webview and nothing else, and gives it a page that does. */
export function servePanelPage(webview: vscode.Webview, extension: vscode.Uri, bundle: string): void {
  const dist = vscode.Uri.joinPath(extension, "dist", "webview");
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name));
  const nonce = randomBytes(16).toString("hex");
  webview.html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Steerscope</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'; font-src ${webview.cspSource}">
<link rel="stylesheet" href="${file(`${bundle}.css`)}"></head><body><p>Analysing…</p><script nonce="${nonce}" src="${file(`${bundle}.js`)}"></script></body></html>`;
}
