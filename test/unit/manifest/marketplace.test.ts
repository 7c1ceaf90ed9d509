import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands } from '../../../src/manifest/commands.ts';
import { manifestFields } from '../../../src/manifest/contributes.ts';
import { withKeys } from '../../../src/manifest/nls.ts';

describe('what the marketplace shows', () => {
  const fields = manifestFields();

  it('has an icon that is large enough', () => {
    const icon = readFileSync(fields.icon);
    assert.equal(icon.subarray(1, 4).toString(), 'PNG');
    assert.ok(icon.readUInt32BE(16) >= 128 && icon.readUInt32BE(20) >= 128);
    assert.match(fields.galleryBanner.color, /^#[0-9a-f]{6}$/);
  });

  it('has categories that it knows and keywords that it takes', () => {
    const known = ['AI', 'Chat', 'SCM Providers', 'Testing', 'Linters', 'Machine Learning', 'Visualization', 'Other'];
    for (const category of fields.categories) assert.ok(known.includes(category), category);
    assert.ok(fields.keywords.length <= 30);
    assert.equal(new Set(fields.keywords).size, fields.keywords.length);
  });

  it('says why it is limited in an untrusted folder and absent from a virtual one', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = fields.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.match(untrustedWorkspaces.description, /nothing runs/);
    assert.equal(virtualWorkspaces.supported, false);
    assert.match(virtualWorkspaces.description, /files on disk/);
    assert.deepEqual(fields.extensionKind, ['workspace']);
  });

  it('starts on languages, file systems and panels alone, besides its commands and views', () => {
    for (const event of fields.activationEvents) assert.match(event, /^on(Language|FileSystem|WebviewPanel):/);
  });
});

describe('the walkthrough', () => {
  const [walkthrough] = manifestFields().contributes.walkthroughs;

  it('goes from a model over the example and a run to a signature and its caps', () => {
    assert.deepEqual(
      walkthrough?.steps.map(({ id }) => id),
      ['choose-a-model', 'open-the-example', 'run-a-phase', 'sign-or-refuse', 'set-your-caps'],
    );
  });

  it('has one button and a way to be done for each step', () => {
    const known = new Set<string>(commands.map(({ id }) => id));
    for (const { id, description, completionEvents } of walkthrough?.steps ?? []) {
      assert.equal(description.match(/\]\(command:/g)?.length, 1, id);
      for (const event of completionEvents) {
        const command = /^onCommand:(.+)$/.exec(event)?.[1];
        assert.ok(command === undefined ? /^onSettingChanged:countersign\./.test(event) : known.has(command), event);
      }
    }
  });
});

describe('texts taken out of the manifest', () => {
  it('are known by what they belong to, not by their place', () => {
    const { fields, texts } = withKeys({
      contributes: {
        commands: [{ command: 'countersign.run', title: 'Run It', category: 'Countersign' }],
        configuration: { properties: { 'countersign.mode': { enum: ['a', 'b'], enumDescriptions: ['One.', 'Two.'] } } },
        viewsWelcome: [{ view: 'countersign.runs', contents: 'Nothing.\n[Run](command:countersign.run)' }],
      },
    });
    assert.deepEqual(texts, {
      'commands.run.title': 'Run It',
      'configuration.mode.enumDescriptions.a': 'One.',
      'configuration.mode.enumDescriptions.b': 'Two.',
      'viewsWelcome.runs.countersign.run.contents': 'Nothing.\n[Run](command:countersign.run)',
    });
    const [command] = fields.contributes.commands;
    assert.equal(command?.title, '%commands.run.title%');
    assert.equal(command?.category, 'Countersign');
  });

  it('leave alone what models and programs read', () => {
    const { texts } = withKeys({
      languageModelTools: [
        {
          name: 'x',
          displayName: 'Audit',
          modelDescription: 'For a model.',
          inputSchema: { description: 'For a model.' },
        },
      ],
    });
    assert.deepEqual(texts, { 'languageModelTools.x.displayName': 'Audit' });
  });

  it('cannot be two under one name', () => {
    const twice = {
      commands: [
        { command: 'a', title: 'One' },
        { command: 'a', title: 'Two' },
      ],
    };
    assert.throws(() => withKeys(twice), /Two texts of the manifest are named commands\.a\.title/);
  });
});
