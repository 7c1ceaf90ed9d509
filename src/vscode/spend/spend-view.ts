import { commands, type Disposable, Uri, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { Workspace } from '../../compose.ts';
import type { ToSpendView } from '../../contract/messages.ts';
import type { SpendView } from '../../contract/spend-view.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { App } from '../app.ts';
import { webviewPage } from '../webview-page.ts';

/** The Spend view: a snapshot when it is ready, then what changed. */
export class SpendViewProvider implements WebviewViewProvider, Disposable {
  readonly #app: App;
  readonly #underWay = new Set<string>();
  readonly #listening: readonly Disposable[];
  #view: WebviewView | null = null;
  /** What the view shows, as it was sent; null until it is ready. */
  #shown: { readonly run: string; readonly runId: string | null; readonly totals: string } | null = null;

  constructor(app: App) {
    this.#app = app;
    this.#listening = [
      app.session.onEvent((event) => {
        if (event.type === 'call-start') this.#underWay.add(event.callId);
        if (event.type === 'call-end') this.#underWay.delete(event.callId);
      }),
      app.session.onDidChange(() => void this.#update()),
    ];
  }

  async resolveWebviewView(view: WebviewView): Promise<void> {
    const [{ dispatch }, { fromSpendViewSchema }] = await Promise.all([
      import('../../contract/dispatch.ts'),
      import('../../contract/messages.ts'),
    ]);
    const { context, log } = this.#app;
    this.#view = view;
    this.#shown = null;
    const handlers = {
      ready: () => void this.#sendSnapshot(),
      'open-caps': () => void commands.executeCommand('workbench.action.openSettings', 'countersign.budget'),
      defect: ({ detail }: { readonly detail: string }) => log.error(`Spend view: ${detail}`),
    };
    view.webview.onDidReceiveMessage((message: unknown) => {
      const wrong = dispatch(fromSpendViewSchema, handlers, message);
      if (wrong) log.warn(`Spend view sent what is not understood: ${wrong}`);
    });
    view.onDidDispose(() => {
      this.#view = null;
      this.#shown = null;
    });
    view.webview.options = { enableScripts: true, localResourceRoots: [Uri.joinPath(context.extensionUri, 'media')] };
    view.webview.html = webviewPage(view.webview, context.extensionUri, 'spend', 'Spend');
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
  }

  async #sendSnapshot(): Promise<void> {
    const figures = await this.#figures();
    this.#shown = keptOf(figures);
    this.#post({ type: 'snapshot', view: figures });
  }

  /** Only what changed: never the whole again. */
  async #update(): Promise<void> {
    if (!this.#view || !this.#shown) return;
    const figures = await this.#figures();
    const before = this.#shown;
    if (!before) return;
    this.#shown = keptOf(figures);
    if (before.runId !== this.#shown.runId) this.#post({ type: 'snapshot', view: figures });
    else {
      if (figures.run && before.run !== this.#shown.run) this.#post({ type: 'run-changed', run: figures.run });
      if (before.totals !== this.#shown.totals) this.#post({ type: 'totals-changed', totals: figures.totals });
    }
  }

  async #figures(): Promise<SpendView> {
    const { runFigures, totalFigures, nothing } = await import('./spend-figures.ts');
    const read = (workspace: Workspace) => ({
      run: runFigures(workspace, this.#underWay.size),
      totals: totalFigures(workspace, new Date()),
    });
    try {
      return await this.#app.session.use(read);
    } catch (error) {
      // Without a repository there is no history; the Runs view says what to do.
      if (error instanceof EngineError) return nothing;
      throw error;
    }
  }

  #post(message: ToSpendView): void {
    void this.#view?.webview.postMessage(message);
  }
}

function keptOf({ run, totals }: SpendView) {
  return { run: JSON.stringify(run), runId: run?.runId ?? null, totals: JSON.stringify(totals) };
}
