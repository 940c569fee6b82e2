import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { controllerAccess } from '../../controller/access.ts';
import { RULES_OF_3 } from '../../controller/target/rights.ts';
import { type Access, rights } from '../../jobs/lib/kubernetes/access.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  NETWORK_POLICIES,
  SERVICE_ACCOUNTS,
  THIRD_PARTY_RESOURCES,
} from '../../jobs/lib/kubernetes/builtin.ts';
import { itemsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { manifestRights, type Right, rightText } from '../jobs/job-rights.ts';
import { askedRights } from '../jobs/rights-of-manifest.ts';

/** What the controller asks for where the server has the newest (0) or the oldest (1) form of each kind. */
function asked(form: 0 | 1): readonly Right[] {
  const forms = {
    daemonSets: DAEMON_SETS[form],
    deployments: DEPLOYMENTS[form],
    policies: NETWORK_POLICIES[form],
  };
  const served = { gitVersion: '', servesTprs: true, servesCrds: true };
  return askedRights(controllerAccess({ ...served, ...forms }, 'calico-upgrade'));
}

const SYSTEM = { namespace: 'kube-system' };
const core = (plural: string, kind: string): Resource => ({
  ...{ group: '', version: 'v1', plural, kind, namespaced: true },
});

/** For what it applies, and does not always need: the RBAC manifests, and the manifests of a release and of add-ons. */
function applied(): readonly Right[] {
  const oldNodes = { name: 'calico-upgrade-while-upgrading' };
  const roles = [...CLUSTER_ROLES.slice(0, 1), ...CLUSTER_ROLE_BINDINGS.slice(0, 1)];
  const access: readonly Access[] = [
    ...roles.flatMap(kind => rights(kind, ['get', 'create', 'update'])),
    ...roles.flatMap(kind => rights(kind, ['delete'], oldNodes)),
    ...CUSTOM_RESOURCE_DEFINITIONS.flatMap(kind => rights(kind, ['get', 'create', 'update'])),
    ...rights(THIRD_PARTY_RESOURCES, ['get']),
    ...rights(SERVICE_ACCOUNTS, ['get', 'create', 'update'], SYSTEM),
    ...rights(core('services', 'Service'), ['create'], SYSTEM),
    ...rights(core('services', 'Service'), ['update'], { ...SYSTEM, name: 'calico-typha' }),
    ...rights(core('secrets', 'Secret'), ['get', 'update'], { ...SYSTEM, name: 'calico-etcd-secrets' }),
  ];
  return askedRights(access);
}

/** Who grants rights must have them: those of our RBAC manifests, and what 3.0 needs beside them. */
function granted(): readonly Right[] {
  const files = ['rbac-etcd', 'rbac-kdd', 'rbac-canal', 'rbac-while-upgrading'];
  const of3 = RULES_OF_3.flatMap(({ apiGroups, resources, verbs }) =>
    itemsOf(apiGroups).flatMap(group =>
      itemsOf(resources).flatMap(resource =>
        itemsOf(verbs).map(verb => ({
          ...{ namespace: undefined, name: undefined },
          ...{ group: String(group), resource: String(resource), verb: String(verb) },
        })),
      ),
    ),
  );
  return [...files.flatMap(file => manifestRights(`${file}.yaml`)), ...of3];
}

const texts = (all: readonly Right[]): readonly string[] => [...new Set(all.map(rightText))].sort();

describe('the rights of manifests/controller.yaml', () => {
  const given = new Set(texts(manifestRights('controller.yaml')));
  const needed = new Set(texts([...asked(0), ...asked(1), ...applied(), ...granted()]));

  it('are all that the controller needs, on Kubernetes 1.7 and later', () => {
    assert.deepEqual(
      [...needed].filter(right => !given.has(right)),
      [],
    );
  });

  it('are no others', () => {
    assert.deepEqual(
      [...given].filter(right => !needed.has(right)),
      [],
    );
  });
});
