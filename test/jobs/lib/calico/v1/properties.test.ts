import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Conversion, convertAll } from '../../../../../jobs/lib/calico/v1/convert-all.ts';
import { reportTexts } from '../../../../../jobs/lib/calico/v1/reports.ts';
import type { V3Entry } from '../../../../../jobs/lib/calico/v1/unit.ts';
import { compareUnits } from '../../../../../jobs/lib/calico/v1/unit-order.ts';
import { storedText } from '../../../../../jobs/lib/calico/v3/storage.ts';
import { isRecord } from '../../../../../jobs/lib/kubernetes/object.ts';
import { arbitrarySnapshot } from './arbitrary-snapshot.ts';

const IDENTITY = { uid: 'u', creationTimestamp: 't' };
const RUNS = { numRuns: 500 };
const DNS = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Every name that is to be valid in an entry. */
function namesIn({ value }: V3Entry): readonly string[] {
  if (typeof value === 'string') return [];
  const { name, namespace } = value.metadata;
  const { node, profiles } = value.spec;
  return [name, namespace, node, ...(Array.isArray(profiles) ? profiles : [])].filter(
    item => typeof item === 'string',
  );
}

const everything = (conversion: Conversion): unknown => ({
  units: conversion.units.map(({ unit, values, clash }) => [unit, [...values], clash]),
  stored: conversion.entries.map(({ key, value }) => [key, storedText(value, IDENTITY)]),
  reports: reportTexts(conversion),
  notes: conversion.notes,
  leftOut: conversion.leftOut,
});

describe('convertAll, whatever is in etcd v2', () => {
  it('does not depend on the order of the keys', () => {
    const shuffled = arbitrarySnapshot.chain(entries =>
      fc.tuple(fc.constant(entries), fc.shuffledSubarray([...entries], { minLength: entries.length })),
    );
    fc.assert(
      fc.property(shuffled, ([entries, others]) => {
        assert.deepEqual(everything(convertAll(others)), everything(convertAll(entries)));
      }),
      RUNS,
    );
  });

  it('accounts for every key: in one unit, or left out', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, entries => {
        const { units, leftOut } = convertAll(entries);
        const ours = new Set(units.filter(({ unit }) => unit.kind === 'Node').map(({ unit }) => unit.id));
        const inUnits = units.flatMap(({ values }) => [...values.keys()]).filter(key => !ours.has(key));
        const others = leftOut.flatMap(({ keys }) => keys);
        const given = entries.map(([key]) => key);
        const proofs = given.filter(key => ours.has(key));
        assert.deepEqual([...inUnits, ...others].sort(), given.sort());
        assert.ok(proofs.every(key => others.includes(key)));
      }),
      RUNS,
    );
  });

  it('makes each unit an entry, or says why not', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, entries => {
        const conversion = convertAll(entries);
        const stored = new Set(conversion.entries);
        for (const { unit, result, clash, values } of conversion.units) {
          const told = result.problems.length > 0 || result.notes.length > 0 || clash !== undefined;
          const empty = unit.kind === 'BGPConfiguration' && [...values.values()].every(text => text === '');
          const done = result.entry !== undefined && stored.has(result.entry);
          assert.ok(done || told || empty, unit.name);
          assert.ok(!(result.entry && result.problems.length > 0), unit.name);
        }
      }),
      RUNS,
    );
  });

  it('never makes one entry of two units, and never an entry with an invalid name', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, entries => {
        const conversion = convertAll(entries);
        const keys = conversion.entries.map(({ key }) => key);
        assert.equal(new Set(keys).size, keys.length);
        const made = conversion.units.filter(({ result }) => result.entry).length;
        const second = conversion.units.filter(({ result, clash }) => result.entry && clash).length;
        assert.equal(made - second, keys.length);
        for (const entry of conversion.entries) {
          for (const name of namesIn(entry)) assert.ok(DNS.test(name) && name.length <= 253, name);
        }
      }),
      RUNS,
    );
  });

  it('keeps units in their order', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, entries => {
        const units = convertAll(entries).units.map(({ unit }) => unit);
        for (const [index, unit] of units.slice(1).entries()) {
          const before = units[index];
          assert.ok(before && compareUnits(before, unit) < 0, unit.id);
        }
      }),
      RUNS,
    );
  });

  it('stores texts that read back to the same value', () => {
    fc.assert(
      fc.property(arbitrarySnapshot, entries => {
        for (const { value } of convertAll(entries).entries) {
          const parsed: unknown = JSON.parse(storedText(value, IDENTITY));
          if (typeof value === 'string') continue;
          assert.ok(isRecord(parsed) && isRecord(parsed.metadata));
          const { uid, creationTimestamp, ...metadata } = parsed.metadata;
          const { labels, annotations, ...others } = value.metadata;
          assert.deepEqual([uid, creationTimestamp], [IDENTITY.uid, IDENTITY.creationTimestamp]);
          assert.deepEqual(
            metadata,
            JSON.parse(JSON.stringify(withoutEmpty({ ...others, labels, annotations }))),
          );
          assert.deepEqual(parsed.spec, JSON.parse(JSON.stringify(value.spec)));
        }
      }),
      RUNS,
    );
  });
});

/** Go leaves out empty maps. */
const withoutEmpty = (metadata: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => !(isRecord(value) && Object.keys(value).length === 0)),
  );
