import { Uri } from 'vscode';
import { proposalScheme } from '../../manifest/context-keys.ts';

/** A phase whose change is shown. */
export interface ReviewKey {
  readonly runId: string;
  readonly phaseId: string;
}

export type Side = 'current' | 'proposed';

/** One file of a change as it stands in one commit. Both sides have the same path, so that no rename is shown. */
export interface ProposalFile extends ReviewKey {
  readonly side: Side;
  readonly commit: string;
  /** Relative to the repository's root. */
  readonly path: string;
}

export function proposalUri({ runId, phaseId, side, commit, path }: ProposalFile): Uri {
  const query = new URLSearchParams({ review: `${runId}/${phaseId}`, side, commit }).toString();
  return Uri.from({ scheme: proposalScheme, path: `/${path}`, query });
}

/** Null for an address that is none of ours. */
export function readProposalUri(uri: Uri): ProposalFile | null {
  if (uri.scheme !== proposalScheme) return null;
  const query = new URLSearchParams(uri.query);
  const [runId, phaseId] = (query.get('review') ?? '').split('/');
  const side = query.get('side');
  const commit = query.get('commit');
  if (!runId || !phaseId || !commit || !/^[0-9a-f]{4,64}$/.test(commit)) return null;
  if (side !== 'current' && side !== 'proposed') return null;
  return { runId, phaseId, side, commit, path: uri.path.slice(1) };
}
