import { BlockList, isIP } from 'node:net';

/** Addresses that lead to this machine, its network, or nowhere: RFC 6890 and its kin. */
function reserved(): BlockList {
  const list = new BlockList();
  const four = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const;
  for (const [network, prefix] of four) list.addSubnet(network, prefix, 'ipv4');
  const six = [
    ['::', 128],
    ['::1', 128],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ] as const;
  for (const [network, prefix] of six) list.addSubnet(network, prefix, 'ipv6');
  return list;
}

let list: BlockList | undefined;

/** Whether an address is one of the public internet. An IPv4 address in IPv6 clothing is judged as what it is. */
export function isPublicAddress(address: string): boolean {
  list ??= reserved();
  const mapped = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPublicAddress(mapped);
  const kind = isIP(address);
  if (kind === 0) return false;
  if (kind === 6 && /^(?:0*:)*:?ffff:/i.test(address)) return false;
  return !list.check(address, kind === 4 ? 'ipv4' : 'ipv6');
}
