/** Where a status is shown again and again. */
export interface Screen {
  show(lines: readonly string[]): void;
}

/** Cursor to the upper left corner; from there to the end, nothing. */
const CLEAR = '\u001b[H\u001b[J';

/** A terminal: each status in the place of the one before. */
export const terminalScreen = (write: (text: string) => void): Screen => ({
  show: lines => write(`${CLEAR}${lines.join('\n')}\n`),
});

/** A file or a pipe: only the lines that were not there before. */
export function lineScreen(write: (text: string) => void): Screen {
  let before: ReadonlySet<string> | undefined;
  return {
    show(lines) {
      const known = before;
      const changed = known ? lines.filter(line => line !== '' && !known.has(line)) : lines;
      for (const line of changed) write(`${line}\n`);
      before = new Set(lines);
    },
  };
}
