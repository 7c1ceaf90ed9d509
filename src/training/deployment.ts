import { createHash } from 'node:crypto';

/** How a model version is served: to every phase, to a share of them, or only where it is asked for by name. */
export type Rollout =
  | { readonly type: 'immediate' }
  | { readonly type: 'gradual'; readonly share: number }
  | { readonly type: 'test' };

export interface Deployment {
  /** `PROVIDER/MODEL` of the version that is served. */
  readonly model: string;
  readonly version: string;
  readonly rollout: Rollout;
  /** ISO 8601: past it the version is not served any more; null where no end was announced. */
  readonly retiredAt: string | null;
}

export interface ServedArm {
  readonly arm: 'candidate' | 'baseline';
  readonly reason: string;
}

/**
 * Which arm serves a phase. The same phase gets the same arm in every process and every attempt: the choice is a hash
 * of the version and the phase, not a throw of dice.
 */
export function armOf({ version, rollout, retiredAt }: Deployment, phaseKey: string, now: Date): ServedArm {
  if (retiredAt !== null && now.toISOString() >= retiredAt) {
    return { arm: 'baseline', reason: `${version} was retired on ${retiredAt.slice(0, 10)}` };
  }
  switch (rollout.type) {
    case 'immediate':
      return { arm: 'candidate', reason: `${version} is deployed` };
    case 'test':
      return { arm: 'baseline', reason: `${version} serves only where it is named` };
    case 'gradual': {
      const isChosen = position(version, phaseKey) < rollout.share;
      const percent = `${Math.round(rollout.share * 100)} %`;
      return isChosen
        ? { arm: 'candidate', reason: `${version} serves ${percent} of the phases, this one among them` }
        : { arm: 'baseline', reason: `${version} serves ${percent} of the phases, not this one` };
    }
  }
}

/** 0 to 1, evenly spread. */
function position(version: string, phaseKey: string): number {
  return createHash('sha256').update(`${version}\0${phaseKey}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** The next patch version of `v1.0.0`; the first where there is none. */
export function nextVersion(versions: readonly string[]): string {
  const numbers = versions.flatMap((version) => {
    const match = /^v(\d+)\.(\d+)\.(\d+)$/.exec(version);
    return match ? [[Number(match[1]), Number(match[2]), Number(match[3])] as const] : [];
  });
  const [newest] = numbers.sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
  return newest ? `v${newest[0]}.${newest[1]}.${newest[2] + 1}` : 'v1.0.0';
}
