import assert from 'node:assert/strict';
import { detectLicence, licenceDoubt } from '../../../src/training/licence.ts';
import { step, trajectory } from './fixtures.ts';

const found = (files: Readonly<Record<string, string>>) => detectLicence(new Map(Object.entries(files)));

describe('detectLicence', () => {
  it('believes a manifest before a text, and a tag before what the text reads like', () => {
    const mit =
      'MIT License\n\nPermission is hereby granted, free of charge, to any\nperson obtaining a copy of this software';
    assert.deepEqual(found({ 'package.json': '{"license": "ISC"}', LICENSE: mit }), {
      licence: 'ISC',
      from: 'package.json',
    });
    assert.deepEqual(found({ LICENSE: mit }), { licence: 'MIT', from: 'LICENSE' });
    assert.deepEqual(
      found({ LICENSE: `SPDX-License-Identifier: MIT OR Apache-2.0\n${mit}` })?.licence,
      'MIT OR Apache-2.0',
    );
    assert.deepEqual(
      found({ 'Cargo.toml': '[package]\nlicense = "MIT OR Apache-2.0"\n' })?.licence,
      'MIT OR Apache-2.0',
    );
    assert.equal(found({ COPYING: 'GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007' })?.licence, 'GPL-3.0');
    assert.equal(found({ LICENSE: 'GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3' })?.licence, 'AGPL-3.0');
  });

  it('knows none where no file says one', () => {
    for (const files of [
      {},
      { 'package.json': '{' },
      { 'package.json': '{"license": "UNLICENSED"}' },
      { 'package.json': '{"license": "SEE LICENSE IN terms.txt"}' },
      { 'package.json': '{"license": {"type": "MIT"}}' },
      { LICENSE: 'All rights reserved.' },
    ]) {
      assert.equal(found(files as Record<string, string>), null, JSON.stringify(files));
    }
  });
});

describe('licenceDoubt', () => {
  const showing = (text: string) => trajectory({ steps: [step({ messages: [{ role: 'user', text }] })] });

  it('lets everything in where nothing was asked', () => {
    assert.equal(
      licenceDoubt(showing('SPDX-License-Identifier: GPL-3.0-only'), { repository: null, allowed: [] }),
      null,
    );
  });

  it('keeps out a repository under another licence, or under none that is known', () => {
    assert.match(licenceDoubt(trajectory(), { repository: null, allowed: ['MIT'] }) ?? '', /not known/);
    assert.match(licenceDoubt(trajectory(), { repository: 'GPL-3.0', allowed: ['MIT'] }) ?? '', /under GPL-3.0/);
    assert.equal(licenceDoubt(trajectory(), { repository: 'GPL-3.0 OR mit', allowed: ['MIT'] }), null);
    assert.match(licenceDoubt(trajectory(), { repository: 'GPL-3.0 AND MIT', allowed: ['MIT'] }) ?? '', /GPL/);
  });

  it('keeps out what shows a file that is tagged with another licence', () => {
    const rule = { repository: 'MIT', allowed: ['MIT'] };
    assert.match(licenceDoubt(showing('// SPDX-License-Identifier: GPL-2.0-only\nint x;'), rule) ?? '', /GPL-2.0-only/);
    assert.equal(licenceDoubt(showing('// SPDX-License-Identifier: MIT\nint x;'), rule), null);
  });
});
