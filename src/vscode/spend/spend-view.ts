import { commands, type Disposable, l10n, Uri, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { SpendDraft } from '../../contract/messages.ts';
import type { SpendView } from '../../contract/spend-view.ts';
import { EngineError } from '../../domain/engine-error.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { type Acknowledged, acknowledged } from '../acknowledged.ts';
import type { App } from '../app.ts';
import { webviewPage } from '../webview-page.ts';

const burnIntervalMs = 10_000;

interface Shown {
  readonly run: string;
  readonly runId: string | null;
  readonly totals: string;
  readonly history: string;
}

/** The Spend view: a snapshot when it is ready, then what changed. */
export class SpendViewProvider implements WebviewViewProvider, Disposable {
  readonly #app: App;
  readonly #underWay = new Set<string>();
  readonly #listening: readonly Disposable[];
  readonly #posts: Acknowledged<SpendDraft>;
  #view: WebviewView | null = null;
  /** Its page can take messages. */
  #ready = false;
  #busy = false;
  #again = false;
  /** What the view shows, as it was sent; null before the first. */
  #shown: Shown | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(app: App) {
    this.#app = app;
    this.#posts = acknowledged<SpendDraft>({
      component: 'spend',
      post: (message) => void this.#view?.webview.postMessage(message),
      log: (line) => app.log.warn(line),
    });
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
    const handlers = {
      ready: () => {
        this.#posts.forget();
        this.#ready = true;
        this.#shown = null;
        void this.#update();
      },
      ack: ({ id }: { readonly id: number }) => this.#posts.acknowledge(id),
      'open-caps': () => void commands.executeCommand('workbench.action.openSettings', 'countersign.budget'),
      'open-landing': (landing: { readonly runId: string; readonly phaseId: string }) =>
        void commands.executeCommand('countersign.showTrajectory' satisfies CommandId, { kind: 'phase', ...landing }),
      defect: ({ detail }: { readonly detail: string }) => log.error(`Spend view: ${detail}`),
    };
    view.webview.onDidReceiveMessage((message: unknown) => {
      const wrong = dispatch(fromSpendViewSchema, handlers, message);
      if (wrong) log.warn(`Spend view sent what is not understood: ${wrong}`);
    });
    // A page that is out of sight is gone; the next one says that it is ready.
    view.onDidChangeVisibility(() => !view.visible && this.#rest());
    view.onDidDispose(() => {
      this.#view = null;
      this.#rest();
    });
    view.webview.options = { enableScripts: true, localResourceRoots: [Uri.joinPath(context.extensionUri, 'media')] };
    view.webview.html = webviewPage(view.webview, context.extensionUri, 'spend', l10n.t('Spend'));
  }

  dispose(): void {
    this.#rest();
    for (const listening of this.#listening) listening.dispose();
  }

  #rest(): void {
    this.#ready = false;
    this.#posts.forget();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Reads anew and sends what changed. Calls during a reading are answered by one more. */
  async #update(): Promise<void> {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again && this.#ready) {
        this.#again = false;
        const figures = await this.#figures();
        if (!this.#ready) return;
        this.#sendChanges(figures);
        this.#follow(figures);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Everything at first and of another run; afterwards never the whole again. */
  #sendChanges(figures: SpendView): void {
    const before = this.#shown;
    const now = keptOf(figures);
    this.#shown = now;
    if (!before || before.runId !== now.runId) {
      this.#posts.send({ type: 'snapshot', view: figures });
      return;
    }
    if (figures.run && before.run !== now.run) this.#posts.send({ type: 'run-changed', run: figures.run });
    if (before.totals !== now.totals) this.#posts.send({ type: 'totals-changed', totals: figures.totals });
    if (before.history !== now.history) this.#posts.send({ type: 'history-changed', history: figures.history });
  }

  /** While a run is live its burn rate changes with time alone. */
  #follow({ run }: SpendView): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = run?.live ? setTimeout(() => void this.#update(), burnIntervalMs) : null;
  }

  async #figures(): Promise<SpendView> {
    const { spendFigures, nothing } = await import('./spend-figures.ts');
    try {
      return await this.#app.session.look((history) => spendFigures(history, this.#underWay.size, new Date()));
    } catch (error) {
      // Without a repository there is no history; the Runs view says what to do.
      if (error instanceof EngineError) return nothing;
      throw error;
    }
  }
}

function keptOf({ run, totals, history }: SpendView): Shown {
  return {
    run: JSON.stringify(run),
    runId: run?.runId ?? null,
    totals: JSON.stringify(totals),
    history: JSON.stringify(history),
  };
}
