import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { directoriesAbove } from '../../../../jobs/lib/etcd/v2-directories.ts';
import {
  EXPORT_FILE,
  type ExportedNode,
  exportWriter,
  isExport,
  readExport,
} from '../../../../jobs/lib/etcd/v2-export.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';

function exported(nodes: readonly ExportedNode[]): ReadonlyMap<string, string> {
  const writer = exportWriter();
  for (const node of nodes) writer.add(node);
  return writer.files();
}

const name = fc.string({ unit: 'binary', minLength: 1 }).map(text => text.replaceAll('/', '%2f'));
const value = fc
  .tuple(name, fc.string({ unit: 'binary' }))
  .map(([text, content]) => ({ key: `/calico/${text}`, value: content }));
const directory = name.map(text => ({ key: `/calico/${text}/`, value: '' }));
const nodes = fc.array(fc.oneof(value, directory));

const isRefused = (error: unknown): boolean => error instanceof Failure && error.outcome === 'refused';

describe('an export of etcd v2 keys', () => {
  it('holds every key, value and empty directory in its order', () => {
    fc.assert(
      fc.property(nodes, given => {
        const files = exported(given);
        assert.ok(isExport(files));
        assert.deepEqual([...readExport(files)], given);
      }),
    );
  });

  it('is the same for the same keys, so that a repeated backup has the same name', () => {
    fc.assert(fc.property(nodes, given => assert.deepEqual(exported(given), exported(given))));
  });

  it('is split into parts, and is small', () => {
    const given = Array.from({ length: 20_000 }, (_, i) => ({
      key: `/calico/v1/host/n${i % 100}/workload/k8s/shop.web-${i}/endpoint/eth0`,
      value: JSON.stringify({
        state: 'active',
        name: `cali${i}`,
        profile_ids: ['k8s_ns.shop'],
        labels: { app: `a${i}` },
      }).padEnd(500),
    }));
    const files = exported(given);
    assert.ok(files.size > 2, `${files.size} files`);
    const bytes = [...files.values()].reduce((sum, text) => sum + text.length, 0);
    assert.ok(bytes < 2_000_000, `${bytes} bytes`);
    assert.deepEqual([...readExport(files)], given);
  });

  it('is refused where a part is missing, damaged, or has fewer keys than are counted', () => {
    const files = exported([{ key: '/calico/a', value: 'b' }]);
    const [part = ''] = [...files.keys()].filter(file => file !== EXPORT_FILE);
    const index = files.get(EXPORT_FILE) ?? '';
    for (const [changes, says] of [
      [[[EXPORT_FILE, index]], /has no etcd-v2-0001/],
      [
        [
          [EXPORT_FILE, index],
          [part, 'AAAA'],
        ],
        /etcd-v2-0001.* cannot be unpacked/,
      ],
      [[...files, [EXPORT_FILE, index.replace('"keys": 1', '"keys": 2')]], /counts 2 .* found 1/],
      [[...files, [EXPORT_FILE, '{"format":"other/1"}']], /etcd-v2\.json .* does not hold keys/],
    ] as const) {
      const read = () => [...readExport(new Map(changes))];
      assert.throws(read, says);
      assert.throws(read, isRefused);
    }
  });

  it('is told from another backup by its file', () => {
    assert.equal(isExport(new Map([['nodes.json', '{}']])), false);
  });
});

describe('directoriesAbove', () => {
  it('has every directory that a key or a directory is in', () => {
    assert.deepEqual([...directoriesAbove(['/a/b/c', '/a/b/d/', '/e'])].sort(), ['/a/', '/a/b/']);
  });

  it('is what cutting every key at every slash gives', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(path), paths => {
        const expected = new Set(
          paths.flatMap(parts => parts.slice(1).map((_, i) => `/${parts.slice(0, i + 1).join('/')}/`)),
        );
        assert.deepEqual(directoriesAbove(paths.map(parts => `/${parts.join('/')}`)), expected);
      }),
    );
  });
});
