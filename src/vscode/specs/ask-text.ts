import { type InputBox, QuickInputButtons, window } from 'vscode';

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value: string;
  /** What is wrong with an answer; null where nothing is. */
  readonly problemOf: (text: string) => string | null;
}

/**
 * Asks one thing after the other, with a way back. A question may rest on the answers before it. Resolves to the answers,
 * or to null where the user leaves.
 */
export async function askTexts(
  questions: readonly ((answers: readonly string[]) => TextQuestion)[],
): Promise<readonly string[] | null> {
  const answers: string[] = [];
  for (let step = 0; step < questions.length; ) {
    const question = questions[step]?.(answers.slice(0, step));
    if (!question) break;
    const earlier = answers[step];
    const asked = earlier === undefined ? question : { ...question, value: earlier };
    const answer = await askText(asked, step, questions.length);
    if (answer === null) return null;
    if (answer === 'back') step -= 1;
    else {
      // A new answer may change what is asked next.
      if (answers[step] !== answer.text) answers.length = step;
      answers[step] = answer.text;
      step += 1;
    }
  }
  return answers;
}

function askText(question: TextQuestion, step: number, steps: number): Promise<{ text: string } | 'back' | null> {
  const box = boxFor(question, step, steps);
  return new Promise((resolve) => {
    box.onDidChangeValue((text) => {
      box.validationMessage = question.problemOf(text) ?? undefined;
    });
    box.onDidTriggerButton(() => end('back'));
    box.onDidHide(() => end(null));
    box.onDidAccept(() => {
      const problem = question.problemOf(box.value);
      if (problem === null) end({ text: box.value });
      else box.validationMessage = problem;
    });
    const end = (answer: { text: string } | 'back' | null) => {
      resolve(answer);
      box.dispose();
    };
    box.show();
  });
}

function boxFor({ title, prompt, placeholder, value }: TextQuestion, step: number, steps: number): InputBox {
  const box = window.createInputBox();
  box.title = title;
  box.prompt = prompt;
  box.placeholder = placeholder;
  box.value = value;
  box.ignoreFocusOut = true;
  if (steps > 1) {
    box.step = step + 1;
    box.totalSteps = steps;
  }
  box.buttons = step > 0 ? [QuickInputButtons.Back] : [];
  return box;
}
