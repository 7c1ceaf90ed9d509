/** Profiles of training data: the built-in ones, and those of a workspace that a person approved. */
import type { WorkspaceTrust } from '../../compose.ts';
import { openApprovals } from '../../config/approvals.ts';
import { type ProfileFile, readProfileFiles } from '../../config/profile-files.ts';
import { EngineError } from '../../domain/engine-error.ts';
import { type ProfileRunner, runnerOf } from '../../training/profiles/apply.ts';
import { startPlugin } from '../../training/profiles/plugin.ts';
import { builtInProfiles } from '../../training/profiles/registry.ts';

/** Where profiles are looked for, and by whose approval. */
export interface ProfilePlace {
  /** Top of the working tree. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly trust: WorkspaceTrust;
}

export interface ListedProfile {
  readonly name: string;
  readonly from: 'built in' | 'workspace' | 'not approved';
  /** Null for one of the workspace: nothing of it is run to list it. */
  readonly summary: string | null;
  readonly file: ProfileFile | null;
}

/** A workspace cannot take the name of a built-in profile. */
export async function listProfiles(place: ProfilePlace): Promise<readonly ListedProfile[]> {
  const approvals = await openApprovals(place.environment);
  const builtIn = new Set(builtInProfiles.map(({ name }) => name));
  const files = (await readProfileFiles(place.root)).filter(({ name }) => !builtIn.has(name));
  const isApproved = (file: ProfileFile) =>
    place.trust === 'all' || (place.trust === 'approved' && approvals.isApproved(file));
  return [
    ...builtInProfiles.map(({ name, summary }) => ({ name, from: 'built in' as const, summary, file: null })),
    ...files.map((file) => {
      const from = isApproved(file) ? ('workspace' as const) : ('not approved' as const);
      return { name: file.name, from, summary: null, file };
    }),
  ];
}

/** Throws `profile/unknown` with the names there are, `profile/unapproved`, and `profile/failed`. */
export async function openProfile(name: string, place: ProfilePlace): Promise<ProfileRunner> {
  const builtIn = builtInProfiles.find((profile) => profile.name === name);
  if (builtIn) return runnerOf(builtIn);
  const profiles = await listProfiles(place);
  const found = profiles.find((profile) => profile.name === name);
  if (!found?.file) {
    throw new EngineError({ code: 'profile/unknown', profile: name, known: profiles.map((profile) => profile.name) });
  }
  if (found.from !== 'workspace') {
    throw new EngineError({ code: 'profile/unapproved', profile: name, file: found.file.file });
  }
  return startPlugin(found.file);
}
