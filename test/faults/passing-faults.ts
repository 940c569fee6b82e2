import type { FaultAction } from './fault.ts';

/** What may happen to a request and pass, once for each: sent again, it does its work. */
export const PASSING_FAULTS: readonly (readonly [what: string, action: FaultAction])[] = [
  ['refused', { do: 'refuse' }],
  ['reset', { do: 'reset' }],
  ['reset after the server did it', { do: 'reset-after' }],
  ['answered 429', { do: 'status', code: 429 }],
  ['answered 500', { do: 'status', code: 500 }],
  ['answered 503', { do: 'status', code: 503 }],
];
