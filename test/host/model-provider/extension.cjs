'use strict';
const vscode = require('vscode');

const model = {
  id: 'scripted',
  name: 'Scripted',
  family: 'scripted',
  version: '1',
  maxInputTokens: 100_000,
  maxOutputTokens: 10_000,
  capabilities: {},
};
const seeing = { ...model, id: 'scripted-vision', name: 'Scripted, seeing', capabilities: { imageInput: true } };

function textOfPart(part) {
  if (part instanceof vscode.LanguageModelTextPart) return part.value;
  if (part instanceof vscode.LanguageModelToolCallPart) return `[${part.callId}: ${part.name}]`;
  if (part instanceof vscode.LanguageModelToolResultPart) return part.content.map(textOfPart).join('');
  // Older versions of VS Code know no such part.
  const { LanguageModelDataPart } = vscode;
  if (LanguageModelDataPart && part instanceof LanguageModelDataPart) {
    return `[${part.mimeType}, ${part.data.byteLength} bytes]`;
  }
  return '';
}

const textOf = (message) => message.content.map(textOfPart).join('');

/**
 * The exports let a test say, and change, what the model replies: `answerWith((texts, toolNames) => reply)`. A reply is a
 * text, or `{callId, name, input}` for a tool that is asked for.
 */
exports.activate = (context) => {
  let answer = () => {
    throw new Error('The test gave no replies.');
  };
  context.subscriptions.push(
    vscode.lm.registerLanguageModelChatProvider('countersign-test', {
      provideLanguageModelChatInformation: () => [model, seeing],
      async provideLanguageModelChatResponse(_model, messages, options, progress, token) {
        const toolNames = (options.tools ?? []).map(({ name }) => name);
        const reply = await answer(messages.map(textOf), toolNames);
        if (typeof reply === 'object') {
          progress.report(new vscode.LanguageModelToolCallPart(reply.callId, reply.name, reply.input));
          return;
        }
        // In pieces, as a real one streams.
        for (const piece of reply.match(/[\s\S]{1,40}/g) ?? []) {
          if (token.isCancellationRequested) return;
          progress.report(new vscode.LanguageModelTextPart(piece));
        }
      },
      provideTokenCount: async (_model, text) => Math.ceil((typeof text === 'string' ? text : textOf(text)).length / 4),
    }),
  );
  return {
    answerWith(next) {
      answer = next;
    },
  };
};
