import assert from 'node:assert/strict';
import { failureOfEditorError } from '../../../src/vscode/models/editor-failure.ts';

const errorOf = (fields: { name?: string; code?: string; message?: string; cause?: unknown }) =>
  Object.assign(new Error(fields.message ?? 'It failed.', { cause: fields.cause }), {
    name: fields.name ?? 'LanguageModelError',
    ...(fields.code === undefined ? {} : { code: fields.code }),
  });

const failure = (fields: Parameters<typeof errorOf>[0]) => failureOfEditorError('vscode/x/y', errorOf(fields));

describe('an error of VS Code’s language models', () => {
  for (const [fields, code, transient] of [
    [{ code: 'NotFound' }, 'model/rejected', false],
    [{ code: 'NoPermissions' }, 'model/no-consent', false],
    [{ code: 'Blocked' }, 'model/quota-exhausted', false],
    [{ name: 'ChatQuotaExceeded', code: '' }, 'model/quota-exhausted', false],
    [{ name: 'ChatQuotaExceeded', code: 'Unknown' }, 'model/quota-exhausted', false],
    [{ code: 'ChatRateLimited' }, 'model/rate-limited', true],
    [{ code: 'Unknown' }, 'model/server-error', true],
    [{ message: 'Message exceeds token limit.' }, 'model/rejected', false],
    [{ name: 'TypeError', message: 'fetch failed' }, 'model/server-error', true],
  ] as const) {
    it(`${JSON.stringify(fields)} is ${code}`, () => {
      const mapped = failure(fields);
      assert.deepEqual([mapped.fault.code, mapped.transient], [code, transient]);
      assert.equal(mapped.charge.type, transient && code === 'model/server-error' ? 'uncertain' : 'none');
    });
  }

  it('tells what its cause says', () => {
    const { fault } = failure({ code: 'Unknown', message: 'Unknown error', cause: new Error('upstream is down') });
    assert.equal('detail' in fault ? fault.detail : '', 'Unknown error (upstream is down)');
  });
});
