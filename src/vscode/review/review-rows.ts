import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Finding } from '../../domain/audit.ts';
import { titleOf } from '../../domain/spec.ts';
import type { CommandId } from '../../manifest/commands.ts';
import { stateOfHunk } from './hunk-words.ts';
import { type ProposalFile, proposalUri, type ReviewKey } from './proposal-uri.ts';
import type { ShownHunk, Standing } from './reviewed-change.ts';
import type { PendingReview } from './reviews.ts';

/** An entry of the Review tree. Commands get it as their argument. */
export type ReviewNode =
  | (ReviewKey & { readonly kind: 'review'; readonly review: PendingReview; readonly standing: Standing | null })
  | (ProposalFile & { readonly kind: 'file'; readonly hunks: readonly ShownHunk[] })
  | (ProposalFile & { readonly kind: 'hunk'; readonly hunk: number; readonly shown: ShownHunk; readonly total: number })
  | (ReviewKey & {
      readonly kind: 'finding';
      readonly fingerprint: string;
      readonly finding: Finding;
      /** It speaks of lines that the change does not touch. */
      readonly preExisting: boolean;
    });

const green = new ThemeColor('charts.green');
const yellow = new ThemeColor('charts.yellow');
const red = new ThemeColor('errorForeground');
const blue = new ThemeColor('charts.blue');
const { Collapsed, Expanded, None } = TreeItemCollapsibleState;

/** The row of a node; `onClick` is what choosing a review does. */
export function itemOf(node: ReviewNode, onClick: CommandId): TreeItem {
  switch (node.kind) {
    case 'review':
      return reviewItem(node, onClick);
    case 'file':
      return fileItem(node);
    case 'hunk':
      return hunkItem(node);
    case 'finding':
      return findingItem(node);
  }
}

function reviewItem(node: Extract<ReviewNode, { kind: 'review' }>, onClick: CommandId): TreeItem {
  const { phase } = node.review;
  const { standing } = node;
  const stale = standing?.stale === true;
  const title = titleOf(phase.spec);
  const facts = [
    ...(standing ? [countOf(standing)] : []),
    ...(phase.risk ? [l10n.t('{0} risk', phase.risk.level)] : []),
    ...(stale ? [l10n.t('evidence out of date')] : []),
  ];
  const item = new TreeItem(title, Expanded);
  item.id = `${node.runId}/${node.phaseId}`;
  item.description = facts.join(' · ');
  item.iconPath = stale ? new ThemeIcon('warning', yellow) : new ThemeIcon('person', yellow);
  item.contextValue = stale ? 'review.stale' : 'review.waiting';
  item.command = { command: onClick, title: l10n.t('Open'), arguments: [node] };
  item.accessibilityInformation = { label: l10n.t('{0} waits for your signature. {1}', title, facts.join(', ')) };
  return item;
}

function countOf({ hunks, accepted, rejected }: Standing): string {
  if (accepted + rejected > 0) return l10n.t('{0} of {1} hunks decided', accepted + rejected, hunks);
  return hunks === 1 ? l10n.t('1 hunk') : l10n.t('{0} hunks', hunks);
}

function fileItem(node: Extract<ReviewNode, { kind: 'file' }>): TreeItem {
  const { path, hunks } = node;
  const at = path.lastIndexOf('/');
  const kept = hunks.filter(({ decision }) => decision !== 'rejected').length;
  const item = new TreeItem(path.slice(at + 1), hunks.length > 0 ? Collapsed : None);
  const count = kept === hunks.length ? '' : l10n.t('{0} of {1} hunks kept', kept, hunks.length);
  item.id = `${node.runId}/${node.phaseId}/${path}`;
  item.description = [path.slice(0, Math.max(0, at)), count].filter((part) => part !== '').join(' · ');
  item.resourceUri = proposalUri(node);
  item.iconPath = ThemeIcon.File;
  item.contextValue = 'file';
  item.command = openPlace(node, (hunks[0]?.from ?? 0) + 1);
  item.accessibilityInformation = { label: [path, count].filter((part) => part !== '').join('. ') };
  return item;
}

function hunkItem({ shown, total, ...node }: Extract<ReviewNode, { kind: 'hunk' }>): TreeItem {
  const item = new TreeItem(l10n.t('Hunk {0} of {1}', shown.ordinal, total), None);
  const word = stateOfHunk(shown) ?? l10n.t('Not decided');
  item.id = `${node.runId}/${node.phaseId}/${node.path}/${node.hunk}`;
  item.description = [word, ...(shown.criterion === null ? [] : [shown.criterion])].join(' · ');
  item.iconPath = iconOf(shown);
  item.contextValue = `hunk.${shown.decision ?? 'open'}`;
  item.command = openPlace(node, shown.from + 1);
  item.accessibilityInformation = { label: `${String(item.label)}. ${item.description}` };
  return item;
}

function iconOf({ decision, edited }: ShownHunk): ThemeIcon {
  if (decision === 'rejected') return new ThemeIcon('close', red);
  if (edited) return new ThemeIcon('edit', blue);
  return decision === 'accepted' ? new ThemeIcon('check', green) : new ThemeIcon('circle-large-outline');
}

function findingItem({ finding, preExisting, ...node }: Extract<ReviewNode, { kind: 'finding' }>): TreeItem {
  const { severity, category, file, line, claim, fingerprint } = finding;
  const item = new TreeItem(claim.split('\n', 1)[0] as string, None);
  const major = severity === 'major';
  const word = preExisting ? l10n.t('Outside the change') : major ? l10n.t('Major') : l10n.t('Minor');
  const place = file === null ? l10n.t('the change as a whole') : line === null ? file : `${file}:${line}`;
  item.id = `${node.runId}/${node.phaseId}#${fingerprint}`;
  item.description = [word, category.replace('-', ' '), place].join(' · ');
  item.iconPath = preExisting
    ? new ThemeIcon('circle-slash')
    : new ThemeIcon(major ? 'error' : 'info', major ? red : blue);
  item.contextValue = preExisting
    ? 'finding.outside'
    : category === 'auditor-error'
      ? 'finding.error'
      : `finding.${severity}`;
  // A model's text is shown as text.
  item.tooltip = claim;
  const command: CommandId = 'countersign.goToEvidence';
  item.command = { command, title: l10n.t('Go to Evidence'), arguments: [node] };
  item.accessibilityInformation = { label: `${claim}. ${item.description}` };
  return item;
}

function openPlace({ runId, phaseId, path }: ProposalFile, line: number) {
  const command: CommandId = 'countersign.openPlace';
  return { command, title: l10n.t('Open'), arguments: [{ runId, phaseId, path, line }] };
}
