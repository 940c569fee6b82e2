const actions = new Set<() => void>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function runActions(): void {
  for (const action of [...actions].reverse()) {
    actions.delete(action);
    try {
      action();
    } catch (error) {
      process.stderr.write(`While cleaning up: ${error}\n`);
    }
  }
}

function onSignal(signal: NodeJS.Signals): void {
  runActions();
  unhook();
  // Our listener kept the signal from ending the process; somebody else's listener may want that too.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function hook(): void {
  process.on('exit', runActions);
  for (const signal of signals) process.on(signal, onSignal);
}

function unhook(): void {
  process.off('exit', runActions);
  for (const signal of signals) process.off(signal, onSignal);
}

/**
 * Runs a synchronous action when this process ends in any way except SIGKILL.
 * Returns a function that takes the action back.
 */
export function onExit(action: () => void): () => void {
  if (actions.size === 0) hook();
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) unhook();
  };
}
