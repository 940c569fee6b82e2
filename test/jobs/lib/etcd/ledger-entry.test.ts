import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeEntry, encodeEntry, entryOf } from '../../../../jobs/lib/etcd/ledger-entry.ts';

const key = fc.string({ unit: 'grapheme' });

describe('an entry of the ledger', () => {
  it('is read as it was written', () => {
    const revision = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
    const replaced = fc
      .tuple(key, revision, fc.uint8Array())
      .map(([key, modRevision, bytes]) => ({ key, modRevision, value: Buffer.from(bytes) }));
    fc.assert(
      fc.property(fc.array(key), fc.array(replaced), (created, replaced) => {
        assert.deepEqual(decodeEntry(encodeEntry({ created, replaced })), { created, replaced });
      }),
    );
  });

  it('names what all keys begin with once', () => {
    const created = ['/calico/x/a1', '/calico/x/a2'];
    const text = encodeEntry({ created, replaced: [] }).toString();
    assert.equal(text, '{"prefix":"/calico/x/a","created":["1","2"]}');
  });

  it('records keys that are created or replaced, not our own updates and deletions', () => {
    const value = Buffer.from('new');
    const previous = Buffer.from('old');
    assert.deepEqual(
      entryOf([
        { kind: 'put', key: 'a', value, guard: { absent: true } },
        { kind: 'put', key: 'b', value, guard: { modRevision: '7' }, previous },
        { kind: 'put', key: 'c', value, guard: { modRevision: '8' } },
        { kind: 'delete', key: 'd', guard: { createRevision: '9' } },
      ]),
      { created: ['a'], replaced: [{ key: 'b', modRevision: '7', value: previous }] },
    );
    assert.equal(entryOf([{ kind: 'delete', key: 'd', guard: { createRevision: '9' } }]), undefined);
  });

  it('is nothing where a value has another form', () => {
    for (const text of ['', 'null', '[]', '{}', '{"prefix":1,"created":[]}', '{"prefix":"","created":[1]}']) {
      assert.equal(decodeEntry(Buffer.from(text)), undefined, text);
    }
    for (const replaced of ['7', '[["a","1"]]', '[["a","","eA=="]]', '[[1,"2","eA=="]]']) {
      const text = `{"prefix":"","created":[],"replaced":${replaced}}`;
      assert.equal(decodeEntry(Buffer.from(text)), undefined, text);
    }
  });
});
