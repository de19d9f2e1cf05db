import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** What a view does with the panel it has; `isOwn` says whether it still has it. */
export interface PanelView<Message> {
  isOwn(): boolean;
  receive(message: Message): void;
  closed(): void;
}

/** Gives a panel its page, and hands on its messages and its end for as long as it is the view's own. */
export function adoptPanel<Message>(
  panel: vscode.WebviewPanel,
  extension: vscode.Uri,
  bundle: string,
  view: PanelView<Message>,
): void {
  panel.webview.onDidReceiveMessage((message: Message) => {
    if (view.isOwn()) view.receive(message);
  });
  panel.onDidDispose(() => {
    if (view.isOwn()) view.closed();
  });
  servePanelPage(panel.webview, extension, bundle);
}

/** Lets a webview run one bundle of dist/webview and nothing else, and gives it a page that does. */
function servePanelPage(webview: vscode.Webview, extension: vscode.Uri, bundle: string): void {
  const dist = vscode.Uri.joinPath(extension, "dist", "webview");
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name));
  const nonce = randomBytes(16).toString("hex");
  webview.html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Steerscope</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'; font-src ${webview.cspSource}">
<link rel="stylesheet" href="${file(`${bundle}.css`)}"></head><body><p>Analysing…</p><script nonce="${nonce}" src="${file(`${bundle}.js`)}"></script></body></html>`;
}
