import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCsv } from '../../../../src/ledger/reconcile/read-csv.ts';
import { readExport } from '../../../../src/ledger/reconcile/read-export.ts';

function read(...lines: readonly string[]) {
  const found = readExport(lines.join('\n'));
  assert.ok(found.ok, found.ok ? '' : `${found.fault.line}: ${found.fault.problem}`);
  return found.value;
}

function problemOf(...lines: readonly string[]): string {
  const found = readExport(lines.join('\n'));
  return found.ok ? 'none' : `${found.fault.line}: ${found.fault.problem}`;
}

describe('a table of a spreadsheet', () => {
  it('comes back as it was, whatever stands in its fields', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', ';', '"', '\n', '\r', ' ', 'é', '🙂', '\t') });
    const rows = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 8 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (records, end, ended) => {
        const all = [['one', 'two', 'three'], ...records];
        const text = all.map((fields) => fields.map(quoted).join(',')).join(end) + (ended ? end : '');
        const table = readCsv(text);
        assert.ok(table.ok);
        assert.deepEqual(
          table.value.records.map(({ fields }) => fields),
          records,
        );
      }),
    );
  });

  it('says on which line a record begins, also behind fields of several lines', () => {
    const table = readCsv('a,b\n"one\ntwo",2\n\n3,4\n');
    assert.deepEqual(table.ok && table.value.records, [
      { line: 2, fields: ['one\ntwo', '2'] },
      { line: 5, fields: ['3', '4'] },
    ]);
  });

  for (const [what, text, problem] of [
    ['nothing', '', '1: It is empty.'],
    ['blank lines', '\n\n', '1: It is empty.'],
    ['a quote that is never closed', 'a,b\n1,2\n"3,4\n', '3: A quote is opened and never closed.'],
    ['text behind a quote', 'a,b\n"1"x,2\n', '2: Something stands between a closing quote and the end of its field.'],
    ['a field too few', 'a,b\n1,2\n3\n', '3: It has 1 fields; the header has 2.'],
    ['a field too many', 'a,b\n1,2,3\n', '2: It has 3 fields; the header has 2.'],
    ['bytes', 'a\u0000b', '1: It is not a text.'],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const table = readCsv(text);
      assert.equal(table.ok ? 'none' : `${table.fault.line}: ${table.fault.problem}`, problem);
    });
  }
});

describe('a provider’s export', () => {
  it('of OpenAI’s costs is read by its line items', () => {
    const { format, usage } = read(
      'start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id',
      '1772323200,1772409600,2026-03-01T00:00:00+00:00,2026-03-02T00:00:00+00:00,0.0125,usd,"gpt-4o-mini-2024-07-18, input",p',
      '1772323200,1772409600,2026-03-01T00:00:00+00:00,2026-03-02T00:00:00+00:00,0.0075,usd,"gpt-4o-mini-2024-07-18, output",p',
    );
    assert.equal(format, 'openai');
    assert.deepEqual(usage, [
      { day: '2026-03-01', model: 'gpt-4o-mini-2024-07-18', calls: null, input: null, output: null, micros: 20_000 },
    ]);
  });

  it('of OpenAI’s usage is read with calls and tokens, cached ones inside the input', () => {
    const { format, usage } = read(
      'start_time,end_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens',
      '1772323200,1772409600,3,gpt-4o,1000,200,400',
    );
    assert.equal(format, 'openai');
    assert.deepEqual(usage, [{ day: '2026-03-01', model: 'gpt-4o', calls: 3, input: 1000, output: 200, micros: null }]);
  });

  it('of Anthropic’s tokens adds up the kinds of input', () => {
    const { format, usage } = read(
      'usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count',
      '2026-03-01,claude-haiku-4-5-20251001,key,Default,standard,≤ 200k,100,20,3,4000,50,0',
    );
    assert.equal(format, 'anthropic');
    assert.deepEqual(usage, [
      {
        day: '2026-03-01',
        model: 'claude-haiku-4-5-20251001',
        calls: null,
        input: 4123,
        output: 50,
        micros: null,
      },
    ]);
  });

  it('of Anthropic’s costs adds up the kinds of token', () => {
    const { usage } = read(
      'usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type',
      '2026-03-01,Claude Haiku 4.5,Default,key,message,≤ 200k,input_no_cache,0.05,token',
      '2026-03-01,Claude Haiku 4.5,Default,key,message,≤ 200k,output,0.10,token',
    );
    assert.deepEqual(usage, [
      { day: '2026-03-01', model: 'Claude Haiku 4.5', calls: null, input: null, output: null, micros: 150_000 },
    ]);
  });

  it('of OpenRouter’s activity has a call a line', () => {
    const { format, usage } = read(
      'generation_id,created_at,cost_total,tokens_prompt,tokens_completion,model_permaslug',
      'gen-1,2026-03-01 23:59:59.123,0.0000004,10,5,openai/gpt-4o',
      'gen-2,2026-03-01T10:00:00Z,4e-7,10,5,openai/gpt-4o',
    );
    assert.equal(format, 'openrouter');
    assert.deepEqual(usage, [
      { day: '2026-03-01', model: 'openai/gpt-4o', calls: 2, input: 20, output: 10, micros: 1 },
    ]);
  });

  it('of another provider is read by its headers, in any case, with any delimiter and any order', () => {
    const { format, usage } = read(
      '﻿Total Cost;Date;Prompt Tokens;Completion-Tokens;Model',
      '"$1,234.50";2026-03-01;7;8;m',
    );
    assert.equal(format, 'generic');
    assert.deepEqual(usage, [
      { day: '2026-03-01', model: 'm', calls: null, input: 7, output: 8, micros: 1_234_500_000 },
    ]);
  });

  it('may leave fields empty and know no models', () => {
    const { usage } = read('date,amount', '2026-03-01,', '2026-03-01,0.5', '2026-03-02,');
    assert.deepEqual(
      usage.map(({ day, model, micros }) => [day, model, micros]),
      [
        ['2026-03-01', null, 500_000],
        ['2026-03-02', null, null],
      ],
    );
  });

  for (const [what, lines, problem] of [
    ['no day', ['model,cost', 'm,1'], /^1: No column says the day/],
    ['no figure', ['date,model', '2026-03-01,m'], /^1: No column says an amount or tokens/],
    ['a day that is none', ['date,cost', '2026-03-01,1', 'yesterday,1'], /^3: `yesterday` is no day\.$/],
    ['a day that does not exist', ['date,cost', '2026-13-41,1'], /^2: `2026-13-41` is no day\.$/],
    ['an amount that is none', ['date,cost', '2026-03-01,1', '2026-03-01,12.3.4'], /^3: `12\.3\.4` is no number\.$/],
    ['an amount without end', ['date,cost', '2026-03-01,1e999'], /^2: `1e999` is no number\.$/],
    ['a formula', ['date,cost', '2026-03-01,=1+1'], /^2: `=1\+1` is no number\.$/],
    ['euros', ['date,cost,currency', '2026-03-01,1,EUR'], /^2: Amounts are compared in US dollars, not in eur\.$/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.match(problemOf(...lines), problem);
    });
  }
});
