import assert from 'node:assert/strict';
import { Template } from '@huggingface/jinja';
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
});
