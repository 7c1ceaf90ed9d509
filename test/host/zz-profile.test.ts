import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { commands } from 'vscode';
import { ours, spec } from './support.ts';

describe('PROFILE', () => {
  it('profiles', async () => {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
    await ours().activate();
    await commands.executeCommand('countersign.runPhase', spec('greet-in-language'));
    const { profile } = await session.post('Profiler.stop');
    writeFileSync('/tmp/cs-prof/host.cpuprofile', JSON.stringify(profile));
  });
});
