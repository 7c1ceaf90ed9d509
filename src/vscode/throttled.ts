/** A function that runs `action` at once and then at most every `intervalMs`; the last call is never lost. */
export interface Throttled {
  (): void;
  cancel(): void;
}

export function throttled(action: () => void, intervalMs: number): Throttled {
  let timer: NodeJS.Timeout | null = null;
  let again = false;
  const rest = () => {
    timer = setTimeout(() => {
      timer = null;
      if (!again) return;
      again = false;
      action();
      rest();
    }, intervalMs);
  };
  const call = () => {
    if (timer) {
      again = true;
      return;
    }
    action();
    rest();
  };
  const cancel = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    again = false;
  };
  return Object.assign(call, { cancel });
}
