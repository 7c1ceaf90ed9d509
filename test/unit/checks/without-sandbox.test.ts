import assert from 'node:assert/strict';
import { createWorkplaces, type WorkplaceOptions } from '../../../src/checks/workplace.ts';
import { configSchema } from '../../../src/domain/config.ts';
import { EngineError } from '../../../src/domain/engine-error.ts';

const { signal } = new AbortController();

function placesWith(sandbox: 'auto' | 'require' | 'off', mayRunOpen?: WorkplaceOptions['mayRunOpen']) {
  const { checks } = configSchema.parse({ checks: { sandbox } });
  // No program is found here, bubblewrap neither.
  const environment = { PATH: '/nowhere', HOME: '/nowhere' };
  return createWorkplaces({ repositoryRoot: '/nowhere', checks, environment, ...(mayRunOpen ? { mayRunOpen } : {}) });
}

const isRefusal = (error: unknown) => error instanceof EngineError && error.fault.code === 'check/no-sandbox';

describe('checks on a machine without a sandbox', () => {
  it('are asked about once, with the reason, and run where the person agrees', async () => {
    const reasons: string[] = [];
    const places = placesWith('auto', async (reason) => {
      reasons.push(reason);
      return true;
    });
    assert.equal(await places.sandbox(signal), null);
    await Promise.all([places.assertAgreed(), places.assertAgreed()]);
    await places.assertAgreed();
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? '', /bubblewrap/);
  });

  it('do not run where the person says no', async () => {
    const places = placesWith('auto', async () => false);
    await places.sandbox(signal);
    await assert.rejects(places.assertAgreed(), isRefusal);
  });

  it('are not asked about where the user switched the sandbox off, and refused where they require it', async () => {
    const never = async () => assert.fail('nobody is to be asked');
    const off = placesWith('off', never);
    assert.equal(await off.sandbox(signal), null);
    await off.assertAgreed();
    await assert.rejects(placesWith('require', never).sandbox(signal), isRefusal);
  });
});
