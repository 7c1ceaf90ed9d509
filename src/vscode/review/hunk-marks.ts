import {
  type DecorationOptions,
  type Disposable,
  OverviewRulerLane,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  Uri,
  window,
} from 'vscode';
import { throttled } from '../throttled.ts';
import { stateOfHunk } from './hunk-words.ts';
import { type Hunks, proposedIn } from './hunks.ts';
import type { ShownHunk } from './reviewed-change.ts';

const marks = ['accepted', 'rejected', 'edited', 'open'] as const;
type Mark = (typeof marks)[number];

const shapes: Record<Mark, string> = {
  accepted: '<path d="M3 8.5l3.2 3.2L13 5" fill="none"/>',
  rejected: '<path d="M4 4l8 8M12 4l-8 8" fill="none"/>',
  edited: '<path d="M3 13l.6-2.8L11 2.8l2.2 2.2-7.4 7.4z" fill="none"/>',
  open: '<circle cx="8" cy="8" r="4" fill="none"/>',
};
/** Strokes that stand out by 3:1 from light and dark grounds, also those of high contrast. */
const strokes: Record<Mark, { readonly light: string; readonly dark: string }> = {
  accepted: { light: '#1a7f37', dark: '#73c991' },
  rejected: { light: '#b3261e', dark: '#f48771' },
  edited: { light: '#0b62c4', dark: '#75beff' },
  open: { light: '#616161', dark: '#a6a6a6' },
};
const tints: Record<Mark, string | null> = {
  accepted: 'diffEditor.insertedLineBackground',
  rejected: 'diffEditor.removedLineBackground',
  edited: 'editor.wordHighlightBackground',
  open: null,
};

/** At most this often while somebody types. */
const intervalMs = 100;

/** What was decided of each hunk: an icon in the gutter, a tint, and the word behind its first line. */
export class HunkMarks implements Disposable {
  readonly #hunks: Hunks;
  readonly #icons = perMark(iconOf);
  readonly #tints = perMark(tintOf);
  readonly #show = throttled(() => this.#showAll(), intervalMs);
  readonly #listening: readonly Disposable[];

  constructor(hunks: Hunks) {
    this.#hunks = hunks;
    this.#listening = [hunks.onDidChange(this.#show), window.onDidChangeVisibleTextEditors(this.#show)];
    this.#show();
  }

  dispose(): void {
    this.#show.cancel();
    for (const listening of this.#listening) listening.dispose();
    for (const mark of marks) {
      this.#icons[mark].dispose();
      this.#tints[mark].dispose();
    }
  }

  #showAll(): void {
    for (const editor of window.visibleTextEditors) this.#mark(editor);
  }

  #mark(editor: TextEditor): void {
    const file = proposedIn(editor.document.uri);
    const change = this.#hunks.known(editor.document.uri);
    if (!file || !change) return;
    const hunks = change.hunks(file.path);
    for (const mark of marks) {
      const marked = hunks.filter((hunk) => markOf(hunk) === mark);
      const { lineCount } = editor.document;
      editor.setDecorations(
        this.#icons[mark],
        marked.map((hunk) => firstLine(hunk, lineCount)),
      );
      editor.setDecorations(
        this.#tints[mark],
        marked.map((hunk) => linesOf(hunk, lineCount)),
      );
    }
  }
}

function markOf({ decision, edited }: ShownHunk): Mark {
  if (decision === 'rejected') return 'rejected';
  if (edited) return 'edited';
  return decision ?? 'open';
}

/** The icon and the word stand once, at the first line. */
function firstLine(hunk: ShownHunk, lineCount: number): DecorationOptions {
  const line = Math.min(hunk.from, lineCount - 1);
  const word = stateOfHunk(hunk);
  const range = new Range(line, 0, line, 0);
  if (word === null) return { range };
  const after = { contentText: word, margin: '0 0 0 2em', color: new ThemeColor('descriptionForeground') };
  return { range, renderOptions: { after } };
}

function linesOf({ from, to }: ShownHunk, lineCount: number): Range {
  const line = Math.min(from, lineCount - 1);
  return new Range(line, 0, Math.min(Math.max(to - 1, line), lineCount - 1), 0);
}

function perMark(make: (mark: Mark) => TextEditorDecorationType): Record<Mark, TextEditorDecorationType> {
  const [accepted, rejected, edited, open] = marks.map(make) as [
    TextEditorDecorationType,
    TextEditorDecorationType,
    TextEditorDecorationType,
    TextEditorDecorationType,
  ];
  return { accepted, rejected, edited, open };
}

function iconOf(mark: Mark): TextEditorDecorationType {
  const head = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"';
  const icon = (ground: 'light' | 'dark') => {
    const pen = `stroke="${strokes[mark][ground]}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"`;
    const image = Buffer.from(`${head} ${pen}>${shapes[mark]}</svg>`).toString('base64');
    return { gutterIconPath: Uri.parse(`data:image/svg+xml;base64,${image}`), gutterIconSize: '80%' };
  };
  return window.createTextEditorDecorationType({ isWholeLine: true, light: icon('light'), dark: icon('dark') });
}

function tintOf(mark: Mark): TextEditorDecorationType {
  const tint = tints[mark];
  if (tint === null) return window.createTextEditorDecorationType({});
  const color = new ThemeColor(tint);
  return window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: color,
    overviewRulerColor: color,
    overviewRulerLane: OverviewRulerLane.Left,
  });
}
