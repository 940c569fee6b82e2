import type { PullFailure } from './behaviour.ts';

/** What a kubelet of 1.20 with containerd says of a pull that failed, as the message of ErrImagePull. */
export function pullMessage(image: string, failure: PullFailure): string {
  const start = `rpc error: code = ${failure === 'missing' ? 'NotFound' : 'Unknown'} desc = failed to pull and unpack image "${image}": `;
  return start + details(image, failure);
}

function details(image: string, failure: PullFailure): string {
  const { host, repository, tag } = partsOf(image);
  const url = `https://${host}/v2/${repository}/manifests/${tag}`;
  const resolve = `failed to resolve reference "${image}": `;
  switch (failure) {
    case 'refused':
      return `${resolve}failed to do request: Head "${url}": dial tcp 10.0.0.5:443: connect: connection refused`;
    case 'unknown-authority':
      return `${resolve}failed to do request: Head "${url}": x509: certificate signed by unknown authority`;
    case 'missing':
      return `${resolve}${image}: not found`;
    case 'no-space':
      return 'failed to extract layer sha256:7bff100f35cb: write /var/lib/containerd/tmpmounts/containerd-mount1: no space left on device: unknown';
  }
}

function partsOf(image: string): { host: string; repository: string; tag: string } {
  const [first = '', ...rest] = image.split('/');
  const hasHost = rest.length > 0 && /[.:]/.test(first);
  const path = hasHost ? rest.join('/') : image;
  const [repository = '', tag = 'latest'] = path.split(/[:@]/);
  return { host: hasHost ? first : 'registry-1.docker.io', repository, tag };
}
