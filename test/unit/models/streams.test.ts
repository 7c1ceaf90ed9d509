import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createEndpoints } from '../../../src/models/endpoint.ts';
import { createEventReader } from '../../../src/models/server-sent-events.ts';
import { faultFrom, never } from './support.ts';

function readAll(pieces: readonly string[]): string[] {
  const reader = createEventReader();
  return [...pieces.flatMap((piece) => reader.read(piece)), ...reader.end()];
}

describe('server-sent events', () => {
  it('are read with comments, names, several lines and any line ends', () => {
    const text = ': hello\r\nevent: x\r\ndata: one\r\n\r\ndata:two\ndata: three\n\n\n\rdata: four\r\rid: 7\n\ndata\n\n';
    assert.deepEqual(readAll([text]), ['one', 'two\nthree', 'four']);
  });

  it('are read where the stream ends without its last blank line', () => {
    assert.deepEqual(readAll(['data: one\n\ndata: two']), ['one', 'two']);
    assert.deepEqual(readAll(['data: one\r']), ['one']);
    assert.deepEqual(readAll(['']), []);
  });

  it('are the same however the text is cut', () => {
    const line = fc.constantFrom('data: a', 'data:b', ': c', 'event: d', '', 'data: ', 'data:  é🙂');
    const ending = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, ending)), fc.array(fc.nat(60)), (lines, cuts) => {
        const text = lines.map(([start, end]) => start + end).join('');
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, at) => text.slice(places[at], end));
        assert.deepEqual(readAll(pieces), readAll([text]));
      }),
    );
  });
});

describe('an endpoint', () => {
  it('lets only so many in at once, in the order they came', async () => {
    const { enter } = createEndpoints().of('lab', 'http://x', { concurrency: 2 });
    const leave = await enter(never);
    await enter(never);
    const order: string[] = [];
    const third = enter(never).then((out) => {
      order.push('third');
      return out;
    });
    const fourth = enter(never).then(() => order.push('fourth'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(order, []);
    leave();
    leave();
    (await third)();
    await fourth;
    assert.deepEqual(order, ['third', 'fourth']);
  });

  it('lets a caller give up waiting without losing a place', async () => {
    const { enter } = createEndpoints().of('lab', 'http://x', { concurrency: 1 });
    const leave = await enter(never);
    const controller = new AbortController();
    const waiting = enter(controller.signal);
    controller.abort(new Error('no longer'));
    await faultFrom(waiting, 'interrupted');
    await faultFrom(enter(AbortSignal.abort(new DOMException('late', 'TimeoutError'))), 'interrupted');
    leave();
    (await enter(never))();
    await enter(never);
  });

  it('is one for each address', () => {
    const endpoints = createEndpoints();
    const a = endpoints.of('lab', 'http://a', {});
    assert.equal(endpoints.of('lab', 'http://a', {}), a);
    assert.notEqual(endpoints.of('lab', 'http://b', {}), a);
    assert.notEqual(endpoints.of('other', 'http://a', {}), a);
    assert.notEqual(endpoints.of('lab', 'http://a', { concurrency: 1 }), a);
  });
});
