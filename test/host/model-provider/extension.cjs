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

const textOf = (message) =>
  message.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');

/** The exports let a test say, and change, what the model replies: `answerWith((texts) => reply)`. */
exports.activate = (context) => {
  let answer = () => {
    throw new Error('The test gave no replies.');
  };
  context.subscriptions.push(
    vscode.lm.registerLanguageModelChatProvider('countersign-test', {
      provideLanguageModelChatInformation: () => [model],
      async provideLanguageModelChatResponse(_model, messages, _options, progress, token) {
        const reply = await answer(messages.map(textOf));
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
