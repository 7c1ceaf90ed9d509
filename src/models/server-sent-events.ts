/** Reads the `data` of each server-sent event from text that arrives in any pieces. */
export interface EventReader {
  /** The events that this piece completes. */
  read(piece: string): string[];
  /** What is left when the stream ends without its last blank line. */
  end(): string[];
}

export function createEventReader(): EventReader {
  let rest = '';
  let data: string[] = [];

  function line(text: string): string | null {
    if (text === '') {
      const event = data.length > 0 ? data.join('\n') : null;
      data = [];
      return event;
    }
    // Event names repeat what the data says, and comments only keep the connection open.
    if (text.startsWith('data:')) data.push(text.slice(text[5] === ' ' ? 6 : 5));
    return null;
  }

  function take(text: string): string[] {
    const lines = text.split(/\r\n|\n|\r/);
    rest = lines.pop() as string;
    return lines.map(line).filter((event) => event !== null);
  }

  return {
    read(piece) {
      const text = rest + piece;
      // A line break may be cut in two: hold the carriage return back until its other half is here.
      if (!text.endsWith('\r')) return take(text);
      const events = take(text.slice(0, -1));
      rest += '\r';
      return events;
    },
    end: () => take(`${rest}\n\n`),
  };
}
