import type { Fault, Rejection } from './fault.ts';

const mostRejections = 8;

/**
 * What a model is told about a patch of its own that was refused: every hunk with its reason, the places it may have
 * meant, and the file's real lines. null for a fault that is not about a patch.
 */
export function describeRejection(fault: Fault): string | null {
  switch (fault.code) {
    case 'patch/does-not-apply':
      return describeHunks(fault.rejections);
    case 'patch/unreadable':
    case 'patch/truncated':
      return `Your patch cannot be read, so nothing of it was applied. ${fault.detail} Send the whole patch again as one unified diff in a fence.`;
    case 'builder/no-patch':
      return `Your reply holds no patch. ${fault.detail} Send the change as one unified diff in a fence.`;
    case 'patch/forbidden':
      return `Your patch touches \`${fault.file}\`, which no patch may do, so nothing of it was applied. ${fault.detail}`;
    case 'patch/out-of-scope':
      return `Your patch touches files outside the scope of this phase, so nothing of it was applied: ${fault.files.map((file) => `\`${file}\``).join(', ')}. Change only files within the scope.`;
    case 'patch/too-large':
      return `Your patch is too large, so nothing of it was applied. ${fault.detail} Send a smaller change.`;
    case 'patch/already-applied':
      return `Everything in your patch is in the files already: ${fault.files.map((file) => `\`${file}\``).join(', ')}. If something is still to be done, send a patch for that.`;
    case 'patch/changes-nothing':
      return 'Your patch changes nothing. Send the lines that are to change with `-` and `+`.';
    default:
      return null;
  }
}

function describeHunks(rejections: readonly Rejection[]): string {
  const shown = rejections.slice(0, mostRejections).map(describeHunk);
  const more = rejections.length - shown.length;
  const head = 'Your patch does not fit the files, so nothing of it was applied.';
  const tail =
    'Send the whole patch again, with the parts that did fit. Copy the lines of context and the lines to remove from the file as it is, with their blanks.';
  return [head, ...shown, ...(more > 0 ? [`(${more} more)`] : []), tail].join('\n\n');
}

function describeHunk(rejection: Rejection): string {
  const subject = rejection.hunk === null ? `${rejection.file}:` : `${rejection.file}, hunk ${rejection.hunk}:`;
  const lines = [`${subject} ${rejection.reason}`];
  if (rejection.candidates.length > 1) {
    lines.push(
      `It may belong at line ${rejection.candidates.join(', ')}. Add lines of context that only one of them has.`,
    );
  }
  if (rejection.excerpt !== null) lines.push('The file reads there:', rejection.excerpt);
  return lines.join('\n');
}
