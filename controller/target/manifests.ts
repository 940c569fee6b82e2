import * as v from 'valibot';
import { readDocuments } from '../../jobs/lib/calico/v1-manifest/documents.ts';
import { isKubeObject, isRecord } from '../../jobs/lib/kubernetes/object.ts';
import type { ManifestObject } from './model.ts';

/** A text of a ConfigMap. */
export interface ManifestText {
  readonly configMap: string;
  readonly key: string;
  readonly text: string;
}

const text = v.pipe(v.string('is no text'), v.nonEmpty('is empty'));

const texts = v.optional(v.nullable(v.record(v.string(), v.string('is no text: write it in quotes'))));

const objectSchema = v.looseObject({
  apiVersion: text,
  kind: text,
  metadata: v.looseObject({
    name: text,
    namespace: v.optional(text),
    labels: texts,
    annotations: texts,
  }),
});

type Issue = v.InferIssue<typeof objectSchema>;

/** `has no metadata.name`, `has a field kind that is no text`. */
function problemOf([issue]: [Issue, ...Issue[]]): string {
  const field = v.getDotPath(issue);
  if (field === null) return 'is no object of Kubernetes';
  return issue.received === 'undefined' ? `has no ${field}` : `has a field ${field} that ${issue.message}`;
}

/**
 * The objects of manifests, in their order, lists taken apart; or what is wrong, a sentence for each document, which names ConfigMap,
 * key and document.
 */
export function readManifests(
  manifests: readonly ManifestText[],
): { readonly objects: readonly ManifestObject[] } | { readonly problems: readonly string[] } {
  const read = manifests.flatMap(readText);
  const problems = read.flatMap(one => ('problem' in one ? [one.problem] : []));
  return problems.length > 0
    ? { problems }
    : { objects: read.flatMap(one => ('problem' in one ? [] : [one])) };
}

type Read = ManifestObject | { readonly problem: string };

function readText({ configMap, key, text: content }: ManifestText): readonly Read[] {
  return readDocuments(content).flatMap(({ number, content: document }) => {
    const source = `ConfigMap ${configMap}, key ${key}, document ${number}`;
    return 'problem' in document
      ? [{ problem: `${source} ${document.problem.reason}` }]
      : readValue(document.value, source);
  });
}

function readValue(value: unknown, source: string): readonly Read[] {
  if (value === null || value === undefined) return [];
  if (isRecord(value) && String(value.kind).endsWith('List') && Array.isArray(value.items)) {
    return value.items.flatMap((item, index) => readValue(item, `${source}, item ${index + 1}`));
  }
  const parsed = v.safeParse(objectSchema, value);
  if (!parsed.success) return [{ problem: `${source} ${problemOf(parsed.issues)}` }];
  return isKubeObject(value) ? [{ object: value, source }] : [{ problem: `${source} has no name` }];
}
