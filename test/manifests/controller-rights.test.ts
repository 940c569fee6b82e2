import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { controllerAccess } from '../../controller/access.ts';
import { DAEMON_SETS, DEPLOYMENTS, NETWORK_POLICIES } from '../../jobs/lib/kubernetes/builtin.ts';
import { manifestRights, rightText } from '../jobs/job-rights.ts';
import { askedRights } from '../jobs/rights-of-manifest.ts';

/** What the controller asks for where the server has the newest (0) or the oldest (1) form of each kind. */
function askedTexts(form: 0 | 1): readonly string[] {
  const forms = {
    daemonSets: DAEMON_SETS[form],
    deployments: DEPLOYMENTS[form],
    policies: NETWORK_POLICIES[form],
  };
  const served = { gitVersion: '', servesTprs: true, servesCrds: true };
  return askedRights(controllerAccess({ ...served, ...forms }, 'calico-upgrade')).map(rightText);
}

describe('the rights of manifests/controller.yaml', () => {
  it('are all that the controller asks for, on Kubernetes 1.7 and later', () => {
    const given = new Set(manifestRights('controller.yaml').map(rightText));
    const asked = [...new Set([...askedTexts(0), ...askedTexts(1)])];
    assert.deepEqual(
      asked.filter(right => !given.has(right)),
      [],
    );
  });
});
