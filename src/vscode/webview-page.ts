import { randomBytes } from 'node:crypto';
import { env, l10n, Uri, type Webview } from 'vscode';
import type { Spoken } from '../contract/words.ts';

/** How the reader is spoken to: VS Code gives a bundle only where its language is not English and is one of ours. */
export function spokenHere(): Spoken {
  return l10n.bundle ? { words: l10n.bundle, language: env.language } : { words: {} };
}

/** The page of a webview: one script and one style sheet of ours out of `media/`, and nothing else. */
export function webviewPage(webview: Webview, extension: Uri, name: string, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (ending: string) => webview.asWebviewUri(Uri.joinPath(extension, 'media', `${name}.view.${ending}`));
  const spoken = spokenHere();
  // Data, which is not run; nothing in it can end it.
  const data = JSON.stringify(spoken).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html>
<html lang="${spoken.language ?? 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}';">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" nonce="${nonce}" href="${file('css')}">
</head>
<body>
<main></main>
<script type="application/json" id="spoken">${data}</script>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}
