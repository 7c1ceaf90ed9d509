import { type Disposable, l10n, Uri, ViewColumn, type WebviewPanel, type WebviewPanelSerializer, window } from 'vscode';
import type { RunFilters } from '../../contract/trajectories-list.ts';
import type { Place } from '../../contract/trajectories-messages.ts';
import { panelIds } from '../../manifest/views.ts';
import { closeUnread } from '../close-unread.ts';
import { webviewPage } from '../webview-page.ts';
import type { PanelHost } from './panel-host.ts';
import type { TrajectoriesParts } from './parts.ts';

const title = l10n.t('Trajectories');

/** The one Trajectories panel: opened by a command, revealed where it is open already, restored after a reload. */
export class Trajectories implements WebviewPanelSerializer, Disposable {
  readonly #app: TrajectoriesParts;
  readonly #disposables: readonly Disposable[];
  #panel: WebviewPanel | null = null;
  #host: PanelHost | null = null;

  constructor(app: TrajectoriesParts) {
    this.#app = app;
    this.#disposables = [
      window.registerWebviewPanelSerializer(panelIds.trajectories, this),
      app.session.onDidChange(() => this.#host?.update()),
    ];
  }

  /** What the panel looks at; nothing where it is closed. */
  get looksAt(): { readonly place: Place | null; readonly filters: RunFilters | null } {
    return { place: this.#host?.place ?? null, filters: this.#host?.filters ?? null };
  }

  async open(place: Place | null, compare = false): Promise<void> {
    if (this.#panel) this.#panel.reveal();
    else {
      await closeUnread(panelIds.trajectories);
      await this.#fill(
        window.createWebviewPanel(panelIds.trajectories, title, ViewColumn.Active, { retainContextWhenHidden: false }),
      );
    }
    if (place) this.#host?.show(place, compare);
  }

  /** After a reload. The page keeps its own filters and place. */
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
    const host = new Host(this.#app, panel.webview);
    this.#host = host;
    panel.onDidChangeViewState(() => {
      if (!panel.visible) host.hide();
    });
    panel.webview.onDidReceiveMessage((message: unknown) => host.receive(message));
    panel.webview.options = { enableScripts: true, localResourceRoots: [Uri.joinPath(context.extensionUri, 'media')] };
    panel.webview.html = webviewPage(panel.webview, context.extensionUri, 'trajectories', title);
  }
}
