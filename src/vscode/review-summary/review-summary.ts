import {
  commands,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
  l10n,
  Uri,
  ViewColumn,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
} from 'vscode';
import { dispatch, type Handlers } from '../../contract/dispatch.ts';
import {
  type FromReview,
  fromReviewSchema,
  type ReviewDraft,
  reviewStateSchema,
} from '../../contract/review-messages.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { panelIds } from '../../manifest/views.ts';
import { type Acknowledged, acknowledged } from '../acknowledged.ts';
import { closeUnread } from '../close-unread.ts';
import type { Hunks } from '../review/hunks.ts';
import { openPlace } from '../review/open-place.ts';
import type { ReviewKey } from '../review/proposal-uri.ts';
import type { Session } from '../session.ts';
import { throttled } from '../throttled.ts';
import { webviewPage } from '../webview-page.ts';

interface SummaryParts {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly session: Session;
  readonly hunks: Hunks;
}

const title = l10n.t('Review Summary');
/** While a run is under way, or somebody types, it is read anew at most this often. */
const intervalMs = 500;

const gone = l10n.t('This change is no longer in the history of this folder.');

/** The one review summary: opened by a command, turned to another review where it is open, restored after a reload. */
export class ReviewSummary implements WebviewPanelSerializer, Disposable {
  readonly #parts: SummaryParts;
  readonly #listening: readonly Disposable[];
  readonly #posts: Acknowledged<ReviewDraft>;
  readonly #updateSoon = throttled(() => void this.update(), intervalMs);
  #panel: WebviewPanel | null = null;
  #key: ReviewKey | null = null;
  #ready = false;
  #updating = false;
  #again = false;
  /** As it was sent last. */
  #shown = '';

  constructor(parts: SummaryParts) {
    this.#parts = parts;
    this.#posts = acknowledged<ReviewDraft>({
      component: 'review',
      post: (message) => void this.#panel?.webview.postMessage(message),
      log: (line) => parts.log.warn(line),
    });
    this.#listening = [
      window.registerWebviewPanelSerializer(panelIds.review, this),
      { dispose: () => this.#updateSoon.cancel() },
      parts.session.onDidChange(this.#updateSoon),
      parts.hunks.onDidChange(this.#updateSoon),
    ];
  }

  /** The review of the panel, where that is the editor in front. */
  get inFront(): ReviewKey | null {
    return this.#panel?.active ? this.#key : null;
  }

  async open(key: ReviewKey): Promise<void> {
    this.#key = key;
    this.#shown = '';
    if (this.#panel) this.#panel.reveal();
    else {
      await closeUnread(panelIds.review);
      const options = { retainContextWhenHidden: false };
      this.#fill(window.createWebviewPanel(panelIds.review, title, ViewColumn.Active, options));
    }
    await this.update();
  }

  async deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    this.#key ??= reviewStateSchema.safeParse(state).data ?? null;
    if (this.#panel || !this.#key) panel.dispose();
    else this.#fill(panel);
  }

  /** Reads anew and sends what there is to show. Calls during a reading are answered by one more. */
  async update(): Promise<void> {
    this.#again = true;
    if (this.#updating) return;
    this.#updating = true;
    try {
      while (this.#again && this.#ready) {
        this.#again = false;
        await this.#updateOnce();
      }
    } catch (error) {
      this.#parts.log.warn(`The review summary stopped following: ${String(error)}`);
    } finally {
      this.#updating = false;
    }
  }

  dispose(): void {
    this.#posts.forget();
    for (const listening of this.#listening) listening.dispose();
  }

  async #updateOnce(): Promise<void> {
    const key = this.#key;
    if (!key) return;
    const { readSummary } = await import('./read-summary.ts');
    const view = await this.#parts.session.use((workspace) => readSummary(workspace, this.#parts.hunks, key));
    const message: ReviewDraft = view ? { type: 'snapshot', view } : { type: 'missing', sentence: gone };
    const text = JSON.stringify(message);
    if (text === this.#shown || !this.#ready) return;
    this.#shown = text;
    this.#posts.send(message, key);
  }

  #fill(panel: WebviewPanel): void {
    const { extensionUri } = this.#parts.context;
    this.#panel = panel;
    const rest = () => {
      this.#ready = false;
      this.#posts.forget();
    };
    panel.onDidDispose(() => {
      rest();
      this.#panel = null;
      this.#key = null;
    });
    // A page out of sight is gone; the next one says that it is ready.
    panel.onDidChangeViewState(() => !panel.visible && rest());
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const wrong = dispatch(fromReviewSchema, this.#handlers, message);
      if (wrong) this.#parts.log.warn(`The review summary sent what is not understood: ${wrong}`);
    });
    panel.webview.options = { enableScripts: true, localResourceRoots: [Uri.joinPath(extensionUri, 'media')] };
    panel.webview.html = webviewPage(panel.webview, extensionUri, 'review', title);
  }

  readonly #handlers: Handlers<FromReview> = {
    ready: () => {
      this.#posts.forget();
      this.#ready = true;
      this.#shown = '';
      void this.update();
    },
    ack: ({ id }) => this.#posts.acknowledge(id),
    act: ({ action }) => void commands.executeCommand(`countersign.${action}` satisfies CommandId, this.#key),
    'act-on-finding': ({ action, fingerprint }) =>
      void commands.executeCommand(`countersign.${action}` satisfies CommandId, { ...this.#key, fingerprint }),
    'open-place': ({ path, line }) => void this.#openPlace(path, line),
    defect: ({ detail }) => this.#parts.log.error(`Review summary: ${detail}`),
  };

  async #openPlace(path: string, line: number): Promise<void> {
    if (this.#key) await openPlace(this.#parts.session, this.#key, path, line);
  }
}
