import { type Disposable, l10n, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { counted, localize } from '../contract/words.ts';
import { formatCost } from '../domain/money.ts';
import type { CommandId } from '../manifest/commands.ts';
import type { LiveRun, Overview, OverviewKeeper } from './overview.ts';

const newsSeconds = 10;
/** Shares of a cap, in percent, from which the item warns. */
const warnsFrom = 75;

interface Look {
  readonly text: string;
  readonly tooltip: string;
  readonly prominent: boolean;
}

/** The one item of ours: what runs, what waits, and for some seconds what was just done. */
export class StatusBar implements Disposable {
  readonly #item = window.createStatusBarItem('countersign.status', StatusBarAlignment.Left, 50);
  readonly #listening: Disposable;
  readonly #overview: OverviewKeeper;
  #news: Look | null = null;
  #newsTimer: NodeJS.Timeout | null = null;

  constructor(overview: OverviewKeeper) {
    this.#overview = overview;
    this.#item.name = 'Countersign';
    this.#item.command = 'countersign.showStatus' satisfies CommandId;
    this.#listening = overview.onDidChange(() => this.#show());
  }

  /** Says for some seconds what was just done, such as `Landed a41c9e2`. */
  tell(text: string, icon = 'pass'): void {
    this.#setNews({ text: `$(${icon}) ${text}`, tooltip: text, prominent: false });
    this.#newsTimer = setTimeout(() => this.#setNews(null), newsSeconds * 1000);
  }

  /** Says that the last run did not reach its end, until something else happens. */
  tellStopped(text: string, reason: string): void {
    this.#setNews({ text: `$(error) ${text}`, tooltip: reason, prominent: false });
  }

  forget(): void {
    this.#setNews(null);
  }

  dispose(): void {
    if (this.#newsTimer) clearTimeout(this.#newsTimer);
    this.#listening.dispose();
    this.#item.dispose();
  }

  #setNews(news: Look | null): void {
    if (this.#newsTimer) clearTimeout(this.#newsTimer);
    this.#newsTimer = null;
    this.#news = news;
    this.#show();
  }

  #show(): void {
    const { current } = this.#overview;
    if (current.situation === null && current.fault === null) return;
    if (current.situation === 'no-git') {
      this.#item.hide();
      return;
    }
    const look = lookOf(current, this.#news);
    this.#item.text = look.text;
    this.#item.tooltip = look.tooltip;
    this.#item.accessibilityInformation = { label: `Countersign: ${look.tooltip}`, role: 'button' };
    this.#item.backgroundColor = look.prominent ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }
}

function lookOf({ live, waiting, fault }: Overview, news: Look | null): Look {
  if (live.length > 0) return lookOfRuns(live);
  if (news) return news;
  if (waiting.length > 0) {
    const tooltip = counted(
      waiting.length,
      '{0} change waits for your signature',
      '{0} changes wait for your signature',
    );
    return { text: l10n.t('$(person) {0} to sign', waiting.length), tooltip, prominent: true };
  }
  if (fault)
    return {
      text: '$(error) Countersign',
      tooltip: l10n.t('The repository cannot be used. Show Status tells why.'),
      prominent: false,
    };
  return { text: '$(pass) Countersign', tooltip: l10n.t('Nothing runs and nothing waits'), prominent: false };
}

function lookOfRuns(live: readonly LiveRun[]): Look {
  const [first] = live as readonly [LiveRun, ...LiveRun[]];
  if (live.length > 1) {
    return {
      text: l10n.t('$(sync~spin) {0} runs', live.length),
      tooltip: live.map(({ goal }) => goal).join('\n'),
      prominent: false,
    };
  }
  const { ended, phases, cost, capMicros, goal } = first;
  const percent = capMicros ? Math.floor((100 * cost.micros) / capMicros) : 0;
  const cap = capMicros === null ? '' : l10n.t(' of {0}', formatCost({ micros: capMicros, label: 'billed' }).slice(2));
  const spent = `${formatCost(cost, localize)}${cap}`;
  const warning = percent >= warnsFrom;
  const text = warning ? `$(warning) ${percent} % · ${spent}` : `$(sync~spin) ${ended}/${phases} · ${spent}`;
  return {
    text,
    tooltip: l10n.t('{0}: {1} of {2} ended, {3}', goal, ended, counted(phases, '{0} phase', '{0} phases'), spent),
    prominent: warning,
  };
}
