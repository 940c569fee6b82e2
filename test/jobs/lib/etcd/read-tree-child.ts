import { connectEtcdV2 } from '../../../../jobs/lib/etcd/v2.ts';

// Reads a tree and keeps nothing: node read-tree-child.ts <endpoint> <root>
const [endpoint = '', root = ''] = process.argv.slice(2);
using client = connectEtcdV2({ endpoints: [endpoint], requestTimeoutMs: 20_000 });
let count = 0;
let bytes = 0;
for await (const nodes of client.readTree(root)) {
  count += nodes.length;
  for (const { key, value } of nodes) bytes += key.length + value.length;
}
console.log(JSON.stringify({ count, bytes }));
