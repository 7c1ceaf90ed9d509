import assert from 'node:assert/strict';
import { survivalOfLandings } from '../../../src/compose/training/landing-survival.ts';

type Parts = Parameters<typeof survivalOfLandings>[0];

describe('survivalOfLandings', () => {
  const now = new Date('2026-06-01T00:00:00.000Z');
  const landing = (commit: string, landedAt: string, rolledBack: string | null = null) => ({
    landing: { commit, branch: `refs/heads/countersign/${commit}` },
    landedAt,
    rolledBack,
  });
  const look = async (landings: readonly object[], known: Readonly<Record<string, number>>, days = 30) => {
    const asked: string[] = [];
    const parts = {
      ledger: { landings: () => landings },
      repository: {
        head: async () => ({ commit: 'head', branch: 'refs/heads/main' }),
        lineSurvival: async ({ commit, branch }: { commit: string; branch: string }, at: string) => {
          asked.push(`${commit} ${branch} ${at.slice(0, 10)}`);
          return known[`${commit} ${branch}`] ?? null;
        },
      },
    } as unknown as Parts;
    return { survival: await survivalOfLandings(parts, days, now, new AbortController().signal), asked };
  };

  it('looks so many days after a landing, on the branch that is checked out', async () => {
    const { survival, asked } = await look([landing('old', '2026-03-01T10:00:00.000Z')], {
      'old refs/heads/main': 0.7,
    });
    assert.equal(survival('old'), 0.7);
    assert.deepEqual(asked, ['old refs/heads/main 2026-03-31']);
  });

  it('looks on its own branch where the other does not have it', async () => {
    const { survival } = await look([landing('old', '2026-03-01T10:00:00.000Z')], {
      'old refs/heads/countersign/old': 0.4,
    });
    assert.equal(survival('old'), 0.4);
  });

  it('knows nothing of one that is too young, taken back, or not of this history', async () => {
    const landings = [
      landing('young', '2026-05-20T10:00:00.000Z'),
      landing('gone', '2026-03-01T10:00:00.000Z', 'undone'),
      landing('elsewhere', '2026-03-01T10:00:00.000Z'),
    ];
    const { survival, asked } = await look(landings, {});
    assert.deepEqual(['young', 'gone', 'elsewhere', 'none'].map(survival), [null, null, null, null]);
    assert.ok(asked.every((words) => words.startsWith('elsewhere')));
  });
});
