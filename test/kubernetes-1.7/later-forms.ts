import { isRecord } from '../../jobs/lib/kubernetes/object.ts';

type Fields = Readonly<Record<string, unknown>>;

const HOME = 'extensions/v1beta1';

/** What 1.7 serves in extensions/v1beta1, and where it is now. */
const MOVED: ReadonlyMap<string, string> = new Map([
  ['daemonsets', 'apps/v1'],
  ['deployments', 'apps/v1'],
  ['networkpolicies', 'networking.k8s.io/v1'],
]);

const OLD_HOME = /^\/apis\/extensions\/v1beta1(?=\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/|$))/;

const POLICIES = /^\/apis\/(?:extensions|networking\.k8s\.io)\/.*\bnetworkpolicies(?:\/|$)/;

const newHome = (pathname: string): string | undefined => MOVED.get(OLD_HOME.exec(pathname)?.[1] ?? '');

/** The path by which a later server knows what 1.7 has under this one. */
export function laterPath(pathname: string): string {
  const home = newHome(pathname);
  return home === undefined ? pathname : pathname.replace(OLD_HOME, `/apis/${home}`);
}

/** The body of a request as a later server takes it, without the fields that 1.7 drops as unknown. */
export function laterBody(pathname: string, body: string): string {
  const home = newHome(pathname);
  const moved = home === undefined ? body : body.replaceAll(`"${HOME}"`, `"${home}"`);
  if (moved === '' || !POLICIES.test(pathname)) return moved;
  const object: unknown = JSON.parse(moved);
  return isRecord(object) ? JSON.stringify(withoutLaterFields(object)) : moved;
}

/** An object as 1.7 shows it under this path, if it has another form by now. */
export function earlierObject(pathname: string, object: Fields): Fields {
  const known = POLICIES.test(pathname) ? withoutLaterFields(object) : object;
  if (newHome(pathname) === undefined || !isRecord(known.metadata)) return known;
  const { selfLink } = known.metadata;
  if (typeof selfLink !== 'string') return known;
  const metadata = {
    ...known.metadata,
    selfLink: selfLink.replace(/^\/apis\/[^/]+\/[^/]+/, `/apis/${HOME}`),
  };
  return { ...known, metadata };
}

/** What 1.7 says that an object or a list under this path is. */
export const earlierVersion = (pathname: string): { readonly apiVersion?: string } =>
  newHome(pathname) === undefined ? {} : { apiVersion: HOME };

/** NetworkPolicies got these with 1.8. */
function withoutLaterFields(object: Fields): Fields {
  if (!isRecord(object.spec)) return object;
  const { policyTypes: _, egress: __, ...spec } = object.spec;
  return { ...object, spec };
}
