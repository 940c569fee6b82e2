/** How many nodes a number or a share such as `10%` allows. A share is rounded down, so it is never exceeded, but to 1 at least. */
export function allowedNodes(limit: number | string, total: number): number {
  if (typeof limit === 'number') return limit;
  return Math.max(1, Math.floor((Number.parseInt(limit, 10) * total) / 100));
}
