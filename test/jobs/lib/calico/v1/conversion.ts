import assert from 'node:assert/strict';
import { convertHostEndpoint } from '../../../../../jobs/lib/calico/v1/host-endpoint.ts';
import { escapeSegment } from '../../../../../jobs/lib/calico/v1/names.ts';
import { convertPolicy } from '../../../../../jobs/lib/calico/v1/policy.ts';
import { convertProfile } from '../../../../../jobs/lib/calico/v1/profile.ts';
import type { Unit, UnitResult, V3Resource } from '../../../../../jobs/lib/calico/v1/unit.ts';
import { convertWorkloadEndpoint } from '../../../../../jobs/lib/calico/v1/workload-endpoint.ts';

/** A value of etcd v2: text as it is, anything else as JSON. */
export type Value = unknown;

const textOf = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What becomes of a policy. */
export function policy(value: Value, name = 'p'): UnitResult {
  const id = `/calico/v1/policy/tier/default/policy/${escapeSegment(name)}`;
  const unit: Unit = { kind: 'Policy', id, name: `Policy(name=${name})`, parts: { name } };
  return convertPolicy(unit, new Map([[id, textOf(value)]]));
}

/** What becomes of a profile with these keys. */
export function profile(parts: { rules?: Value; tags?: Value; labels?: Value }, name = 'p'): UnitResult {
  const id = `/calico/v1/policy/profile/${escapeSegment(name)}/`;
  const unit: Unit = { kind: 'Profile', id, name: `Profile(name=${name})`, parts: { name } };
  const values = Object.entries(parts).map(([part, value]) => [id + part, textOf(value)] as const);
  return convertProfile(unit, new Map(values));
}

/** What becomes of a host endpoint. */
export function hostEndpoint(value: Value, name = 'e', host = 'n1'): UnitResult {
  const id = `/calico/v1/host/${host}/endpoint/${escapeSegment(name)}`;
  const unit: Unit = {
    kind: 'HostEndpoint',
    id,
    name: `HostEndpoint(node=${host}, name=${name})`,
    parts: { host, name },
  };
  return convertHostEndpoint(unit, new Map([[id, textOf(value)]]));
}

/** The parts of the key of a workload endpoint. */
export interface WorkloadParts {
  readonly host: string;
  readonly orchestrator: string;
  readonly workload: string;
  readonly name: string;
}

/** What becomes of a workload endpoint; by default one of a pod. */
export function workloadEndpoint(value: Value, parts: Partial<WorkloadParts> = {}): UnitResult {
  const { host, orchestrator, workload, name } = {
    host: 'node1',
    orchestrator: 'k8s',
    workload: 'default.pod1',
    name: 'eth0',
    ...parts,
  };
  const path = [orchestrator, escapeSegment(workload), 'endpoint', escapeSegment(name)].join('/');
  const id = `/calico/v1/host/${host}/workload/${path}`;
  const unit: Unit = {
    kind: 'WorkloadEndpoint',
    id,
    name: `WorkloadEndpoint(node=${host}, orchestrator=${orchestrator}, workload=${workload}, name=${name})`,
    parts: { host, orchestrator, workload, name },
  };
  return convertWorkloadEndpoint(unit, new Map([[id, textOf(value)]]));
}

/** The resource of a result without problems. */
export function resource({ entry, problems }: UnitResult): V3Resource {
  assert.deepEqual(problems, []);
  assert.ok(entry !== undefined && typeof entry.value !== 'string', 'there is no resource');
  return entry.value;
}

/** The spec of a result without problems, as the text that Go would write. */
export const specText = (result: UnitResult): string => JSON.stringify(resource(result).spec);

/** Asserts that the unit is refused for these fields, all in this report, each with what is wrong and what to do. */
export function refused(
  result: UnitResult,
  report: 'conversionerrors' | 'validationerrors',
  ...fields: readonly string[]
): void {
  assert.equal(result.entry, undefined);
  assert.deepEqual(
    result.problems.map(problem => [problem.report, problem.field]),
    fields.map(field => [report, field]),
  );
  for (const { object, key, reason, fix } of result.problems) {
    assert.match(object, /\(.+\)$/);
    assert.match(key, /^\/calico\/v1\//);
    assert.ok(reason.length > 0 && !reason.endsWith('.') && fix.length > 0 && !fix.endsWith('.'));
  }
}
