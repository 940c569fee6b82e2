export interface Progress {
  /** Says what is being done from now on. */
  phase(text: string): void;
  done(): void;
}

function elapsed(sinceMs: number): string {
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Plain lines on stderr: each phase as it begins, and again every few seconds with the time since the start. */
export function startProgress(write = (line: string) => void process.stderr.write(`${line}\n`)): Progress {
  const start = performance.now();
  let current = '';
  const show = () => current && write(`[${elapsed(start)}] ${current}`);
  const timer = setInterval(show, 10_000);
  return {
    phase(text) {
      current = text;
      show();
    },
    done: () => clearInterval(timer),
  };
}
