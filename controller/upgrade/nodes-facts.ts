import type { StatusFacts } from '../status/finish-status.ts';
import type { NodesProgress } from '../steps/progress.ts';

/** What a status says of the nodes; as before where nothing new is known. A node that failed stays so until the next progress. */
export function nodesFacts(
  nodes: NodesProgress | undefined,
  before: StatusFacts,
): Pick<StatusFacts, 'nodes' | 'currentNodes' | 'attention' | 'slowestNodes'> {
  if (!nodes) {
    const { nodes: counts, currentNodes, attention, slowestNodes } = before;
    return {
      ...(counts && { nodes: counts }),
      ...(currentNodes && { currentNodes }),
      ...(attention && { attention }),
      ...(slowestNodes && { slowestNodes }),
    };
  }
  const { counts, currentNodes, failures, skipped, slowest } = nodes;
  return {
    nodes: { ...counts, failed: failures.length },
    currentNodes: [...currentNodes],
    attention: [...failures, ...skipped],
    slowestNodes: [...slowest],
  };
}
