import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EngineError } from '../../../src/domain/engine-error.ts';
import { createRedactor } from '../../../src/ledger/redact.ts';
import { computingMs } from '../../support/computing-time.ts';

/** Made up of parts, so that no scanner takes this file for a leak. */
const letters = 'Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z';
const digits = letters.repeat(3);

const secrets: Readonly<Record<string, string>> = {
  'an OpenAI key': `sk-${digits.slice(0, 48)}`,
  'an OpenAI project key': `sk-proj-${digits.slice(0, 60)}_${letters}`,
  'an Anthropic key': `sk-ant-api03-${digits}`,
  'a payment key': `sk_live_${letters}`,
  'a GitHub token': `ghp_${digits.slice(0, 36)}`,
  'a fine-grained GitHub token': `github_pat_${digits.slice(0, 40)}`,
  'a GitLab token': `glpat-${letters.slice(0, 20)}`,
  'a Slack token': `xoxb-123456789012-${letters.slice(0, 24)}`,
  'an npm token': `npm_${digits.slice(0, 36)}`,
  'a Google key': `AIza${digits.slice(0, 35)}`,
  'an AWS key id': `AKIA${letters.toUpperCase().slice(0, 16)}`,
  'a JSON web token': `eyJ${letters}.eyJ${letters}.${letters}`,
};

describe('redaction', () => {
  const redactor = createRedactor();

  for (const [what, secret] of Object.entries(secrets)) {
    it(`takes out ${what} wherever it stands`, () => {
      for (const around of [
        (text: string) => text,
        (text: string) => `key: ${text}\n`,
        (text: string) => `("${text}")`,
      ]) {
        const { text, count } = redactor.text(around(secret));
        assert.ok(!text.includes(secret.slice(6)), text);
        assert.equal(count, 1, text);
        assert.match(text, /\[redacted:(?:key|token)\]/);
      }
    });
  }

  it('takes out the body of a private key, whole or cut off', () => {
    const head = `-----BEGIN ${'RSA '}PRIVATE KEY-----`;
    const whole = redactor.text(`a\n${head}\n${letters}\n-----END RSA PRIVATE KEY-----\nb`);
    assert.equal(whole.text, `a\n${head}[redacted:private-key]-----END RSA PRIVATE KEY-----\nb`);
    assert.equal(redactor.text(`a\n${head}\n${letters}`).text, `a\n${head}[redacted:private-key]`);
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
    assert.equal(redactor.text(certificate).text, certificate);
  });

  it('takes the password, and no more, out of a connection string', () => {
    const cases = {
      'postgres://app:hunter2@db:5432/x': 'postgres://app:[redacted:password]@db:5432/x',
      'see mongodb+srv://u:p@ss@host/': 'see mongodb+srv://u:[redacted:password]@host/',
      '"redis://:s3cret@cache"': '"redis://:[redacted:password]@cache"',
    };
    for (const [before, after] of Object.entries(cases)) assert.equal(redactor.text(before).text, after);
    for (const plain of [
      'https://example.org/a:b@c',
      'postgres://app@db/x',
      'postgres://u:$PASSWORD@db',
      'http://h:80/',
    ]) {
      assert.deepEqual(redactor.text(plain), { text: plain, count: 0 });
    }
  });

  it('takes out what is assigned to a telling name', () => {
    assert.equal(redactor.text('const apiKey = "abcd1234efgh";').text, 'const apiKey = "[redacted:value]";');
    assert.equal(redactor.text(`{"db_password": "hunter2hunter2"}`).text, `{"db_password": "[redacted:value]"}`);
    assert.equal(
      redactor.text('A=1\nSESSION_SECRET=correct-horse-battery\n').text,
      'A=1\nSESSION_SECRET=[redacted:value]\n',
    );
    assert.equal(redactor.text(`Authorization: Bearer ${letters}`).text, 'Authorization: Bearer [redacted:token]');
  });

  it('leaves code and prose as they are', () => {
    for (const plain of [
      'const token = request.headers.token;',
      'password: string; tokens: number',
      'if (secret === expected) return "unauthorised access";',
      'a commit like 9f3c1a7e5b2d4c6f8a0b1c2d3e4f5a6b7c8d9e0f',
      'sk-learn and task-runner are packages',
      'API_KEY=$KEY npm start',
      'export const passwordField = "Your password";',
      '',
    ]) {
      assert.deepEqual(redactor.text(plain), { text: plain, count: 0 });
    }
  });

  it('takes out values it was given, also as JSON, in an address and in Base64', () => {
    const secret = 'pa"ss wörd/1';
    const given = createRedactor({ secrets: [secret, 'short'] });
    for (const spelling of [
      secret,
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]) {
      const { text, count } = given.text(`x ${spelling} y`);
      assert.equal(count, 1, text);
      assert.ok(!text.includes('wörd') && !text.includes('w%C3'), text);
    }
    assert.equal(given.text('too short to tell apart').count, 0);
  });

  it('follows the user’s own patterns', () => {
    const own = createRedactor({ patterns: ['ACME-[0-9A-F]{8}', 'cust_\\d+', 'id:\\w{2,4}-.'] });
    assert.equal(own.text('x ACME-00FF12AB y').text, 'x [redacted:pattern] y');
    assert.equal(own.text('ACME-00FF12').count, 0);
    assert.equal(own.text('cust_12345!').text, '[redacted:pattern]!');
    assert.equal(own.text('see id:abc-é').text, 'see [redacted:pattern]');
  });

  for (const pattern of [
    '(a+)+$',
    'ab',
    '[a-z]+',
    'abc{9,2}',
    'abc{999}',
    'abc[',
    'abc|def',
    'abc\\1',
    'abc[z-a]',
    '',
  ]) {
    it(`refuses the pattern ${JSON.stringify(pattern)}`, () => {
      assert.throws(
        () => createRedactor({ patterns: [pattern] }),
        (error) => error instanceof EngineError && error.fault.code === 'config/invalid',
      );
    });
  }

  it('keeps the names that tie records together', () => {
    const given = createRedactor({ secrets: ['phase-one-name'] });
    const value = {
      phaseId: 'phase-one-name',
      note: 'phase-one-name',
      deep: [{ id: 'phase-one-name', claim: 'x phase-one-name' }],
    };
    assert.deepEqual(given.value(value), {
      phaseId: 'phase-one-name',
      note: '[redacted:secret]',
      deep: [{ id: 'phase-one-name', claim: 'x [redacted:secret]' }],
    });
  });

  it('finds nothing more in what it has redacted', () => {
    const given = createRedactor({ secrets: ['a given secret'], patterns: ['ACME-\\d+'] });
    const piece = fc.oneof(
      fc.constantFrom(
        ...Object.values(secrets),
        'a given secret',
        'ACME-1234',
        'postgres://u:pw123456@h',
        'token: "abc12345"',
      ),
      fc.string({ maxLength: 12 }),
      fc.constantFrom('\n', ' ', '"', '://', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', 'API_KEY='),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = given.text(pieces.join(''));
        assert.equal(given.text(once.text).text, once.text);
        assert.ok(!once.text.includes('a given secret'));
        assert.equal(once.count === 0, once.text === pieces.join(''));
      }),
      { numRuns: 400 },
    );
  });

  for (const [what, unit] of [
    ['one letter', 'a'],
    ['spaces', ' '],
    ['beginnings of keys', 'sk-'],
    ['beginnings of web tokens', 'eyJ'],
    ['web tokens cut off', 'eyJaaaaaaaaa.'],
    ['beginnings of private keys', '-----BEGIN PRIVATE KEY-----'],
    ['schemes', 'a://'],
    ['users', 'a://b:c'],
    ['assignments', 'token="'],
    ['names of variables', 'SECRET_'],
    ['quoted values', 'token: "aaaaaaaaa'],
    ['authorisations', 'Bearer '],
    ['the user’s own prefix', 'ACME-'],
    ['capitals', 'A1_'],
  ] as const) {
    it(`takes no longer for a megabyte of ${what} than its length explains`, () => {
      const given = createRedactor({ secrets: ['x-given-secret'], patterns: ['ACME-[ACME-]{0,200}!'] });
      const spent = computingMs(() => given.text(unit.repeat(Math.ceil(1_000_000 / unit.length))));
      assert.ok(spent < 1500, `took ${spent} ms`);
    });
  }
});
