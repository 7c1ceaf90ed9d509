import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { configSchema } from '../../../src/domain/config.ts';
import type { CommandEntry } from '../../../src/manifest/command-entry.ts';
import { commands } from '../../../src/manifest/commands.ts';
import { manifestFields, withManifest } from '../../../src/manifest/contributes.ts';
import { editorLayer, type SettingKey, settings } from '../../../src/manifest/settings.ts';

const text = readFileSync('package.json', 'utf8');

describe('manifest', () => {
  it('stands in package.json as it is said here', () => {
    assert.ok(text === withManifest(text), 'package.json is stale: run `npm run manifest`.');
  });

  it('would notice a stale package.json', () => {
    const stale = { ...JSON.parse(text), activationEvents: ['*'] };
    assert.notEqual(JSON.stringify(stale), JSON.stringify(JSON.parse(withManifest(JSON.stringify(stale)))));
  });

  it('keeps what it does not own', () => {
    const kept = JSON.parse(withManifest('{"name":"x","contributes":{"old":1}}'));
    assert.equal(kept.name, 'x');
    assert.equal(kept.contributes.old, undefined);
  });

  it('activates nothing on start-up', () => {
    for (const event of manifestFields().activationEvents)
      assert.doesNotMatch(event, /^\*|onStartup|workspaceContains/);
  });

  it('names only files that exist', () => {
    const fields = JSON.stringify(manifestFields().contributes);
    const files = [...fields.matchAll(/"(media\/[^"]+)"/g)].map((match) => match[1] as string);
    assert.ok(files.length > 0);
    for (const file of files) assert.ok(existsSync(file), file);
  });
});

describe('commands', () => {
  const known = new Set<string>(commands.map(({ id }) => id));

  it('have each its own id', () => {
    assert.equal(known.size, commands.length);
  });

  it('are the only ones of ours that menus, views and the walkthrough speak of', () => {
    const mentioned = JSON.stringify(manifestFields().contributes).matchAll(
      /(?:command:|"command":")(countersign\.\w+)/g,
    );
    for (const [, id] of mentioned) assert.ok(known.has(id as string), id);
  });

  it('run nothing in an untrusted folder', () => {
    const entries: readonly CommandEntry[] = commands;
    for (const { id, palette, key } of entries.filter((command) => /run|approve|request|rollBack/.test(command.id))) {
      const places = [palette, key?.when].filter((when) => when !== undefined && when !== 'false');
      assert.ok(places.length > 0, id);
      for (const when of places) assert.match(when ?? '', /isWorkspaceTrusted/, id);
    }
  });

  it('are offered only for spec files in the explorer', () => {
    const entries: readonly CommandEntry[] = commands;
    const place = entries.find(({ id }) => id === 'countersign.runPhase')?.menus?.[0];
    const pattern = new RegExp(/=~ \/(.+)\/ &&/.exec(place?.when ?? '')?.[1] ?? '$^');
    assert.ok(pattern.test('/home/me/app/.countersign/phases/limits.yaml'));
    assert.ok(pattern.test('C:\\app\\.countersign\\phases\\limits.yml'));
    assert.ok(!pattern.test('/home/me/app/src/limits.yaml'));
    assert.ok(!pattern.test('/home/me/app/.countersign/phases/notes.md'));
  });
});

describe('settings', () => {
  it('show the defaults that the configuration has', () => {
    const defaults: unknown = configSchema.parse({});
    for (const { key, path, schema } of settings) {
      // Unset, the branch is chosen by what runs: a phase lands on the current one, a plan on its own.
      if (path === null || key === 'landing.branch') continue;
      const value = path.reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], defaults);
      assert.deepEqual(schema.default, value, key);
    }
  });

  it('cannot be set by a folder where they run a program, name an endpoint or move money', () => {
    const risky =
      /^(budget|models|checks|autonomy|builder\.(contextTokens|distil|tools)|landing\.(hooks|sign)|parallel|ledger|export|training)/;
    for (const { key, scope } of settings) assert.equal(scope === 'machine', risky.test(key), key);
  });

  it('become a layer of the configuration, without what is not set', () => {
    const set: Partial<Record<SettingKey, unknown>> = {
      'budget.runUsd': 1,
      'budget.perDayUsd': 2,
      autonomy: 'gated',
      notifications: 'none',
    };
    const layer = editorLayer((key) => set[key]);
    assert.deepEqual(layer, { budget: { usd: 1, perDayUsd: 2 }, autonomy: 'gated' });
    assert.equal(configSchema.parse(layer).budget.usd, 1);
  });

  it('make an empty layer when nothing is set', () => {
    assert.deepEqual(
      editorLayer(() => undefined),
      {},
    );
  });
});
