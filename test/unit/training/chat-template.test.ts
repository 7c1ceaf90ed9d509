import assert from 'node:assert/strict';
import { Template } from '@huggingface/jinja';
import { wireTools } from '../../../src/training/formats/conversation.ts';
import { trlDpo, trlSft } from '../../../src/training/formats/trl.ts';
import { pairsOf } from '../../../src/training/pairs.ts';
import { lostOutcome, step, trajectory, withTools } from './fixtures.ts';

/** ChatML, with tool calls and tool results as the models that use it write them. */
const template = new Template(`{%- for message in messages %}
{%- if message.role == 'tool' %}
{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
{%- else %}
{{- '<|im_start|>' + message.role + '\\n' + message.content }}
{%- for call in message.tool_calls or [] %}
{{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}`);

/** Raises what templates of this kind raise: a turn out of order, a result that nobody asked for. */
const strict = new Template(`{%- set ns = namespace(turn='user', open=[]) %}
{%- if messages[0].role == 'system' %}
{{- '<|system|>' + messages[0].content + '\\n' }}
{%- set rest = messages[1:] %}
{%- else %}
{%- set rest = messages %}
{%- endif %}
{%- if tools %}
{{- '# Tools\\n' }}
{%- for tool in tools %}
{{- tool.function | tojson + '\\n' }}
{%- endfor %}
{%- endif %}
{%- for message in rest %}
{%- if message.role == 'tool' %}
{%- if message.tool_call_id not in ns.open %}{{ raise_exception('A tool result answers no call.') }}{%- endif %}
{{- '<|result|>' + message.tool_call_id + ': ' + message.content + '\\n' }}
{%- set ns.turn = 'assistant' %}
{%- else %}
{%- if message.role != ns.turn %}{{ raise_exception('It is not the turn of the ' + message.role + '.') }}{%- endif %}
{{- '<|' + message.role + '|>' + message.content + '\\n' }}
{%- set ns.turn = 'assistant' if message.role == 'user' else 'user' %}
{%- for call in message.tool_calls or [] %}
{{- '<|call|>' + call.function.name + '(' + (call.function.arguments | tojson) + ')#' + call.id + '\\n' }}
{%- set ns.open = ns.open + [call.id] %}
{%- endfor %}
{%- endif %}
{%- endfor %}`);

describe('a chat template', () => {
  it('renders an exported conversation with its roles and tool calls intact', () => {
    assert.equal(trlSft.unit, 'trajectory');
    const row = trlSft.unit === 'trajectory' ? (trlSft.row(withTools()) as Record<string, unknown>) : {};
    const text = template.render(row);
    assert.deepEqual(
      [...text.matchAll(/<\|im_start\|>(\w+)/g)].map((match) => match[1]),
      ['system', 'user', 'assistant', 'user', 'assistant'],
    );
    assert.match(text, /<tool_call>\n\{"name": "read_file", "arguments": \{"path": "a.ts"\}\}\n<\/tool_call>/);
    assert.match(text, /<tool_response>\nlet a = 1;\n<\/tool_response>/);
    assert.ok(text.endsWith('the patch<|im_end|>\n'));
  });

  it('renders what a preference was asked, and both its answers', () => {
    const lost = trajectory({ attempt: 2, outcome: lostOutcome, steps: [step({ reply: 'worse' })] });
    const [pair] = pairsOf([trajectory(), lost]);
    assert.ok(pair && trlDpo.unit === 'pair');
    const { prompt, chosen, rejected } = trlDpo.row(pair) as Record<string, readonly unknown[]>;
    for (const [answer = [], reply] of [
      [chosen, 'a patch'],
      [rejected, 'worse'],
    ] as const) {
      const text = template.render({ messages: [...(prompt ?? []), ...answer] });
      assert.ok(text.endsWith(`<|im_start|>assistant\n${reply}<|im_end|>\n`), text);
    }
  });

  it('that is strict about whose turn it is takes what is exported, with its tools', () => {
    const row =
      trlSft.unit === 'trajectory' ? (trlSft.row(withTools()) as { messages: readonly object[] }) : { messages: [] };
    const tools = wireTools(withTools());
    const text = strict.render({ ...row, tools });
    assert.match(
      text,
      /^<\|system\|>You write patches\.\n# Tools\n\{"name": "read_file", "description": "Reads a file\."/,
    );
    assert.equal(text.match(/<\|call\|>read_file\(\{"path": "a\.ts"\}\)#use-1/g)?.length, 1);
    assert.equal(text.match(/<\|result\|>use-1: let a = 1;/g)?.length, 1);
    const [, asked, ...rest] = row.messages;
    assert.throws(() => strict.render({ messages: [asked, asked, ...rest] }), /turn/);
    assert.throws(() => strict.render({ messages: row.messages.filter((_, at) => at !== 2) }), /no call/);
  });
});
