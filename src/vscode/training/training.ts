import { type Disposable, l10n, Uri, ViewColumn, type WebviewPanel, type WebviewPanelSerializer, window } from 'vscode';
import type { StockFigures } from '../../contract/training-stock.ts';
import { panelIds } from '../../manifest/views.ts';
import { webviewPage } from '../webview-page.ts';
import type { PanelHost } from './panel-host.ts';
import type { TrainingParts } from './parts.ts';
import { TrainingWork } from './work.ts';

const title = l10n.t('Training');

/** What was read last of a folder, so that a panel that is opened again has something to show at once. */
export interface KeptSurvey {
  readonly directory: string;
  /** Changes with the history. */
  readonly stamp: string;
  readonly stock: StockFigures;
}

/** The one Training panel: opened by a command, revealed where it is open already, restored after a reload. */
export class Training implements WebviewPanelSerializer, Disposable {
  readonly #app: TrainingParts;
  readonly #disposables: readonly Disposable[];
  #panel: WebviewPanel | null = null;
  #host: PanelHost | null = null;
  readonly work = new TrainingWork();
  survey: KeptSurvey | null = null;

  constructor(app: TrainingParts) {
    this.#app = app;
    this.#disposables = [
      this.work,
      window.registerWebviewPanelSerializer(panelIds.training, this),
      app.session.onDidChange(() => this.#host?.update()),
      this.work.onDidChange(() => this.#host?.tellWork()),
    ];
  }

  async open(): Promise<void> {
    if (this.#panel) this.#panel.reveal();
    else {
      await this.#fill(
        window.createWebviewPanel(panelIds.training, title, ViewColumn.Active, { retainContextWhenHidden: false }),
      );
    }
  }

  /** Models or jobs are others than before, by what was done here. */
  refresh(): void {
    this.#host?.refresh();
  }

  async deserializeWebviewPanel(panel: WebviewPanel): Promise<void> {
    if (this.#panel) panel.dispose();
    else await this.#fill(panel);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#host?.dispose();
  }

  async #fill(panel: WebviewPanel): Promise<void> {
    this.#panel = panel;
    panel.onDidDispose(() => {
      this.#host?.dispose();
      this.#host = null;
      this.#panel = null;
    });
    // Loaded now, not when the extension starts.
    const { PanelHost: Host } = await import('./panel-host.ts');
    const { context } = this.#app;
    const host = new Host(this.#app, this, panel.webview);
    this.#host = host;
    panel.onDidChangeViewState(() => {
      if (!panel.visible) host.hide();
    });
    panel.webview.onDidReceiveMessage((message: unknown) => host.receive(message));
    panel.webview.options = { enableScripts: true, localResourceRoots: [Uri.joinPath(context.extensionUri, 'media')] };
    panel.webview.html = webviewPage(panel.webview, context.extensionUri, 'training', title);
  }
}
