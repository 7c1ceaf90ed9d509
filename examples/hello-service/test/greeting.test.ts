import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greeting.ts';

test('greets by name', () => {
  assert.equal(greet('Ada'), 'Hello, Ada!');
});

test('greets the world where no name is given', () => {
  assert.equal(greet('  '), 'Hello, world!');
});

test('cuts a very long name', () => {
  assert.equal(greet('x'.repeat(500)).length, 'Hello, !'.length + 60);
});
