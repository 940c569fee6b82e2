import { isRecord } from '../../kubernetes/object.ts';
import type { Datastore } from '../datastore.ts';
import { parseGoObject, readGoFields } from '../go-json.ts';

/** The annotation of a Namespace by which Calico, before the v1 semantics, isolates its pods. */
export const ISOLATION_ANNOTATION = 'net.beta.kubernetes.io/network-policy';

/** What an annotation means to the Calico that reads it. */
export interface Isolation {
  /** Undefined where it cannot be told. */
  readonly isolated: boolean | undefined;
  /** What is odd about it; undefined where nothing is. */
  readonly remark?: string;
}

/**
 * Whether a namespace with this annotation is isolated under the semantics before v1. On the Kubernetes datastore Felix
 * reads it, as Go does; on etcd the Python policy controller, which leaves a namespace as it was where it cannot read
 * the annotation (networkpolicy reference, section 2).
 */
export function isolationOf(annotation: string | undefined, datastore: Datastore): Isolation {
  if (annotation === undefined) return { isolated: false };
  if (datastore === 'kubernetes') return readByFelix(annotation);
  if (datastore === 'etcd') return readByController(annotation);
  const [one, other] = [readByFelix(annotation), readByController(annotation)];
  if (one.isolated === other.isolated) return other;
  return {
    isolated: undefined,
    remark:
      'it means one thing on the Kubernetes datastore and another on etcd, and the datastore is unknown',
  };
}

const IGNORED = 'Calico ignores it, so the namespace is not isolated';
const NOT_PROCESSED =
  'the policy controller of Calico cannot read it, and leaves the namespace as it was before the annotation was written';

/** A key counts in any case of letters; what has the wrong type leaves its field empty, and the rest counts. */
function readByFelix(annotation: string): Isolation {
  const fields = parseGoObject(annotation, ['ingress']);
  if (!fields) return { isolated: false, remark: `it is not the JSON of an object: ${IGNORED}` };
  // Go merges objects that are given twice: the last isolation counts.
  const values = fields
    .all('ingress')
    .filter(isRecord)
    .flatMap(ingress => readGoFields(ingress, ['isolation']).all('isolation'));
  const wrong = fields.all('ingress').some(value => !isRecord(value));
  if (wrong && values.length === 0) {
    return { isolated: false, remark: `its ingress is not an object: ${IGNORED}` };
  }
  return byValue(values.findLast(value => typeof value === 'string') ?? values.at(-1));
}

function readByController(annotation: string): Isolation {
  const value = parseJson(annotation);
  if (!isRecord(value)) {
    return { isolated: undefined, remark: `it is not the JSON of an object: ${NOT_PROCESSED}` };
  }
  if (!('ingress' in value)) return byValue(undefined);
  if (!isRecord(value.ingress)) {
    return { isolated: undefined, remark: `its ingress is not an object: ${NOT_PROCESSED}` };
  }
  return byValue(value.ingress.isolation);
}

/** Exactly this text isolates; a namespace with another one is open, though somebody may believe otherwise. */
function byValue(isolation: unknown): Isolation {
  if (isolation === 'DefaultDeny') return { isolated: true };
  if (isolation === undefined) return { isolated: false };
  const remark = `its isolation is ${JSON.stringify(isolation)}, not "DefaultDeny": ${IGNORED}`;
  return { isolated: false, remark };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
