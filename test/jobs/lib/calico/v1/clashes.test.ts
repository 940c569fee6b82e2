import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportTexts } from '../../../../../jobs/lib/calico/v1/reports.ts';
import { convert, ipamText, specOf } from './snapshot.ts';

const clashesOf = (keys: Readonly<Record<string, string>>): string[] =>
  reportTexts(convert(keys)).nameclashes.split('\n').slice(0, -1);

describe('name clashes', () => {
  it('are reported once for two hosts, whatever else is stored of them (row 21)', () => {
    const keys = {
      '/calico/v1/host/N/config/IpInIpMtu': '1400',
      '/calico/v1/host/n/config/IpInIpMtu': '1300',
      '/calico/ipam/v2/host/N/ipv4/block/10.0.0.0-26': '{"state":"a"}',
      '/calico/ipam/v2/host/n/ipv4/block/10.0.0.0-26': '{"state":"b"}',
    };
    assert.deepEqual(clashesOf(keys), ['Node(name=n) and Node(name=N) -> Node(n)']);
    const conversion = convert(keys);
    assert.equal(conversion.clashes.length, 3);
    assert.equal(specOf(conversion, 'felixconfigurations', 'node.n'), '{"ipipMTU":1400}');
    assert.match(ipamText(conversion, 'host/n/ipv4/block/10.0.0.0-26') ?? '', /"a"/);
  });

  it('are found in IPAM alone (row 21)', () => {
    const keys = {
      '/calico/ipam/v2/host/n/ipv4/block/10.0.0.0-26': '',
      '/calico/ipam/v2/host/N/ipv4/block/10.0.0.0-26': '',
    };
    assert.deepEqual(clashesOf(keys), [
      'BlockAffinity(cidr=10.0.0.0/26, host=n) and BlockAffinity(cidr=10.0.0.0/26, host=N) -> ' +
        '/calico/ipam/v2/host/n/ipv4/block/10.0.0.0-26',
    ]);
  });

  it('of endpoints are reported beside those of their hosts', () => {
    const keys = {
      '/calico/v1/host/N/endpoint/e': '{"name":"eth0"}',
      '/calico/v1/host/n/endpoint/e': '{"name":"eth0"}',
    };
    assert.deepEqual(clashesOf(keys), [
      'Node(name=n) and Node(name=N) -> Node(n)',
      'HostEndpoint(node=n, name=e) and HostEndpoint(node=N, name=e) -> HostEndpoint(n.e)',
    ]);
  });

  it('of three are all with the first', () => {
    const keys = { '/calico/v1/host/a-b/': '', '/calico/v1/host/a_b/': '', '/calico/v1/host/A-B/': '' };
    assert.deepEqual(clashesOf(keys), [
      'Node(name=a-b) and Node(name=A-B) -> Node(a-b)',
      'Node(name=a_b) and Node(name=A-B) -> Node(a-b)',
    ]);
  });

  it('are found between the directories of IPv4 and IPv6 too', () => {
    const pool = '{"cidr":"10.0.0.0/16"}';
    assert.deepEqual(
      clashesOf({ '/calico/v1/ipam/v6/pool/10.0.0.0-16': pool, '/calico/v1/ipam/v4/pool/10.1.0.0-16': pool }),
      ['IPPool(cidr=10.0.0.0/16) and IPPool(cidr=10.1.0.0/16) -> IPPool(10-0-0-0-16)'],
    );
  });

  it('need not be with a unit that cannot be converted', () => {
    const keys = {
      '/calico/v1/ipam/v4/pool/10.0.0.0-16': '{',
      '/calico/v1/ipam/v4/pool/10.1.0.0-16': '{"cidr":"10.0.0.0/16"}',
    };
    assert.deepEqual(clashesOf(keys), []);
  });

  it('go by the order in which etcd v2 lists keys: by segment, by bytes', () => {
    const keys = {
      '/calico/v1/host/host.a/endpoint/b': '{"name":"eth0"}',
      '/calico/v1/host/host/endpoint/a.b': '{"name":"eth0"}',
    };
    assert.deepEqual(clashesOf(keys), [
      'HostEndpoint(node=host.a, name=b) and HostEndpoint(node=host, name=a.b) -> HostEndpoint(host.a.b)',
    ]);
    const symbols = { '/calico/v1/host/a\u{1f600}/': '', '/calico/v1/host/a\uffee/': '' };
    assert.deepEqual(clashesOf(symbols), ['Node(name=a\u{1f600}) and Node(name=a\uffee) -> Node(a)']);
  });
});
