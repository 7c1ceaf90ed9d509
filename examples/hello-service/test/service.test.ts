import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getJson, withService } from './client.ts';

test('GET /hello greets', () =>
  withService(async (base) => {
    const { status, body } = await getJson(`${base}/hello?name=Ada`);
    assert.equal(status, 200);
    assert.deepEqual(body, { greeting: 'Hello, Ada!' });
  }));

test('GET /greetings lists the newest greeting first', () =>
  withService(async (base) => {
    for (const name of ['Ada', 'Grace', 'Edsger']) await getJson(`${base}/hello?name=${name}`);
    const { body } = await getJson(`${base}/greetings`);
    assert.deepEqual(body.greetings, ['Hello, Edsger!', 'Hello, Grace!', 'Hello, Ada!']);
  }));

test('GET /health answers', () =>
  withService(async (base) => {
    const { body } = await getJson(`${base}/health`);
    assert.deepEqual(body, { status: 'ok' });
  }));

test('an unknown path answers 404', () =>
  withService(async (base) => {
    const { status } = await getJson(`${base}/nothing`);
    assert.equal(status, 404);
  }));
