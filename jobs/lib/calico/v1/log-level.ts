const LEVELS: Readonly<Record<string, string>> = {
  debug: 'Debug',
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
  fatal: 'Fatal',
  panic: 'Fatal',
};

/** A log level of v3, and what the operator has to know about it. */
export interface LogLevel {
  readonly level: string;
  readonly note?: string;
}

/** A log level in v3's spelling; whatever v3 does not have becomes Info, as in the original (conversion reference, section 3.9). */
export function convertLogLevel(text: string): LogLevel {
  const level = Object.hasOwn(LEVELS, text.toLowerCase()) ? LEVELS[text.toLowerCase()] : undefined;
  if (level !== undefined) return { level };
  return {
    level: 'Info',
    note: `is '${text}', which v3 does not have: it becomes Info, expected one of Debug, Info, Warning, Error, Fatal`,
  };
}
