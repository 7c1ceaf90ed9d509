import { workspace } from 'vscode';
import type { Finding } from '../../domain/audit.ts';
import type { PhaseRecord } from '../../domain/run.ts';

/** Findings outside the change, where `review.showPreExisting` asks for them. */
export function preExistingOf({ audit }: Pick<PhaseRecord, 'audit'>): readonly Finding[] {
  if (!workspace.getConfiguration('countersign').get('review.showPreExisting', false)) return [];
  return (audit?.aside ?? []).filter(({ aside }) => aside === 'pre-existing');
}
