import { randomBytes } from 'node:crypto';
import { Uri, type Webview } from 'vscode';

/** The page of a webview: one script and one style sheet of ours out of `media/`, and nothing else. */
export function webviewPage(webview: Webview, extension: Uri, name: string, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (ending: string) => webview.asWebviewUri(Uri.joinPath(extension, 'media', `${name}.view.${ending}`));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}';">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" nonce="${nonce}" href="${file('css')}">
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}
