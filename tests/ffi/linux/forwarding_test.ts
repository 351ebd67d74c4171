import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { ForwardingRefused } from "../../../ffi/forwarding_refused.ts";
import { libc } from "../../../ffi/c/libc.ts";
import { abstractAddress } from "../../../ffi/linux/abstract_datagram.ts";
import { holderOfName, lockAbstractName } from "../../../ffi/linux/abstract_lock.ts";
import { Forwarding, isForwarding } from "../../../ffi/linux/forwarding.ts";
import { ForwardingNote } from "../../../ffi/linux/forwarding_note.ts";
import { openLinuxSourceNat } from "../../../ffi/linux/source_nat.ts";
import { AF_UNIX, SOCK_STREAM } from "../../../ffi/linux/kernel/kernel_numbers.ts";
import { readSysctl } from "../../../ffi/linux/kernel/sysctl.ts";
import { openTun } from "../../../ffi/open.ts";
import type { Tun } from "../../../ffi/tun.ts";
import { setU16 } from "../../../memory/octets.ts";
import { writeIcmpv6Checksum } from "../../../wire/checksum.ts";
import { parseIpv6 } from "../../../wire/ipv6_address.ts";
import { IPV6_HEADER_LENGTH } from "../../../wire/ipv6_header.ts";
import { encodeRouterAdvertisement } from "../../../wire/neighbor_discovery.ts";
import { always, injectFaults } from "../faults.ts";
import { ipJson, namespaceTest, run } from "../namespace.ts";
import "../open_libc.ts";
import { prefix } from "./nat_lab.ts";

const { url } = import.meta;

const NAT = {
  table: "test-nat",
  interface: "inner",
  sources: prefix("2001::/32"),
  refused: {},
  limits: [],
  turnsAround: false,
  admitsUnsolicited: false,
  services: [],
};

const CONF = "net/ipv6/conf";

/**
 * Where an advertisement says for how many seconds its router is a default router, RFC 4861 §4.2.
 */
const ROUTER_LIFETIME = IPV6_HEADER_LENGTH + 6;

namespaceTest(url, "forwarding: the default route of router advertisements stays, and is renewed", [
  "ip",
  "tun",
], () => {
  const uplink = openUplink();
  advertise(uplink, 100);
  assertEquals(routerLifetime(), 100);
  const before = settings();
  const forwarding = enabled();
  assert(isForwarding());
  assertEquals(readSysctl("net/ipv6/conf/uplink/accept_ra"), "2");
  assertEquals(routerLifetime(), 100);
  advertise(uplink, 1000);
  assertEquals(routerLifetime(), 1000);
  advertise(uplink, 2000);
  assertEquals(routerLifetime(), 2000);
  forwarding[Symbol.dispose]();
  assertEquals(settings(), before);
  assertEquals(routerLifetime(), 2000);
  advertise(uplink, 3000);
  assertEquals(routerLifetime(), 3000);
  uplink.close();
});

namespaceTest(
  url,
  "forwarding: without our care the kernel drops that route",
  ["ip", "tun"],
  () => {
    const uplink = openUplink();
    advertise(uplink, 100);
    Deno.writeTextFileSync("/proc/sys/net/ipv6/conf/all/forwarding", "1");
    assertEquals(routerLifetime(), undefined);
    advertise(uplink, 100);
    assertEquals(routerLifetime(), undefined);
    uplink.close();
  },
);

namespaceTest(url, "forwarding: an interface that comes later listens to routers too", [
  "ip",
  "tun",
], () => {
  using _forwarding = enabled();
  const uplink = openUplink();
  advertise(uplink, 100);
  assertEquals(routerLifetime(), 100);
  uplink.close();
});

namespaceTest(url, "forwarding: settings are put back as they were, each", ["ip"], () => {
  for (const name of ["host", "router", "deaf"]) run("ip", "link", "add", name, "type", "bridge");
  set("router/forwarding", "1");
  set("deaf/accept_ra", "0");
  const before = settings();
  {
    using _forwarding = enabled();
    assertEquals(
      ["host", "router", "deaf"].map((name) => readSysctl(`net/ipv6/conf/${name}/accept_ra`)),
      ["2", "1", "0"],
    );
  }
  assertEquals(settings(), before);
});

namespaceTest(url, "forwarding: what someone else has changed meanwhile stays", ["ip"], () => {
  run("ip", "link", "add", "host", "type", "bridge");
  const forwarding = enabled();
  set("host/accept_ra", "0");
  run("ip", "link", "add", "gone", "type", "bridge");
  run("ip", "link", "del", "gone");
  forwarding[Symbol.dispose]();
  assertEquals(readSysctl("net/ipv6/conf/host/accept_ra"), "0");
  assert(!isForwarding());
});

namespaceTest(url, "forwarding: a host that forwards already is not changed", ["ip"], () => {
  set("all/forwarding", "1");
  const before = settings();
  const forwarding = enabled();
  assertEquals(settings(), before);
  forwarding[Symbol.dispose]();
  assertEquals(settings(), before);
});

namespaceTest(
  url,
  "forwarding: what is switched off is switched on again, and put back in the end",
  [
    "ip",
  ],
  () => {
    for (const name of ["host", "router"]) run("ip", "link", "add", name, "type", "bridge");
    const before = settings();
    const forwarding = enabled();
    assertEquals(forwarding.restore(), false);
    set("all/forwarding", "0");
    // As sysctl.d(5) may have it, and what it has not heard of.
    set("host/accept_ra", "1");
    run("ip", "link", "add", "late", "type", "bridge");
    set("late/accept_ra", "1");
    assertEquals(forwarding.restore(), true);
    assert(isForwarding());
    const listening = () => ["host", "late"].map((name) => readSysctl(`${CONF}/${name}/accept_ra`));
    assertEquals(listening(), ["2", "2"]);
    assertEquals(forwarding.restore(), false);
    forwarding[Symbol.dispose]();
    assertEquals(listening(), ["1", "1"]);
    run("ip", "link", "del", "late");
    assertEquals(settings(), before);
  },
);

namespaceTest(url, "forwarding: the note has what was changed later too", ["ip"], () => {
  const folder = Deno.makeTempDirSync();
  run("ip", "link", "add", "host", "type", "bridge");
  const before = settings();
  const killed = new Forwarding(new ForwardingNote(folder));
  killed.enable();
  set("all/forwarding", "0");
  run("ip", "link", "add", "late", "type", "bridge");
  set("late/accept_ra", "1");
  killed.restore();
  assertEquals(new ForwardingNote(folder).read().map(({ name }) => name).toSorted(), [
    `${CONF}/all/forwarding`,
    ...["default", "host", "late", "lo"].map((name) => `${CONF}/${name}/accept_ra`),
  ]);
  killed[Symbol.dispose]();
  run("ip", "link", "del", "late");
  assertEquals([settings(), [...Deno.readDirSync(folder)]], [before, []]);
  Deno.removeSync(folder);
});

namespaceTest(
  url,
  "forwarding: what others had switched on is theirs to switch off",
  ["ip"],
  () => {
    set("all/forwarding", "1");
    const forwarding = enabled();
    set("all/forwarding", "0");
    const error = assertThrows(() => forwarding.restore(), ForwardingRefused);
    assertStringIncludes((error as Error).message, "It was on before the gateway started");
    assert(!isForwarding());
    set("all/forwarding", "1");
    assertEquals(forwarding.restore(), false);
    forwarding[Symbol.dispose]();
    assert(isForwarding());
  },
);

namespaceTest(url, "forwarding: what cannot be switched on again is said each time", [], () => {
  const forwarding = enabled();
  set("all/forwarding", "0");
  makeSettingsReadOnly();
  for (let i = 0; i < 2; i++) assertThrows(() => forwarding.restore(), ForwardingRefused);
  run("umount", "/proc/sys");
  assertEquals(forwarding.restore(), true);
  forwarding[Symbol.dispose]();
});

namespaceTest(url, "forwarding: for one interface only counts too (Linux 6.17)", ["ip"], () => {
  assert(!isForwarding());
  if (readSysctl("net/ipv6/conf/lo/force_forwarding") === undefined) return;
  set("lo/force_forwarding", "1");
  assert(isForwarding());
});

namespaceTest(url, "forwarding: an interface's own setting makes it forward nothing", [
  "ip",
  "ping",
], () => {
  run("sh", "-ec", "mount -t tmpfs tmpfs /run && mkdir /run/netns");
  set("default/accept_dad", "0");
  for (const side of ["left", "right"]) {
    run("ip", "netns", "add", side);
    run("ip", "link", "add", side, "type", "veth", "peer", "name", "eth0", "netns", side);
  }
  run(
    "sh",
    "-ec",
    `
    ip addr add 2001:db8:1::1/64 dev left nodad && ip link set left up
    ip addr add 2001:db8:2::1/64 dev right nodad && ip link set right up
    ip -n left addr add 2001:db8:1::2/64 dev eth0 nodad && ip -n left link set eth0 up
    ip -n right addr add 2001:db8:2::2/64 dev eth0 nodad && ip -n right link set eth0 up
    ip -n left route add default via 2001:db8:1::1 && ip -n right route add default via 2001:db8:2::1
  `,
  );
  const reaches = () =>
    new Deno.Command("ip", { args: "netns exec left ping -c1 -W1 2001:db8:2::2".split(" ") })
      .outputSync().success;
  set("left/forwarding", "1");
  set("right/forwarding", "1");
  assert(!reaches());
  using _forwarding = enabled();
  assert(reaches());
});

namespaceTest(url, "forwarding: refused where /proc/sys is read-only, and nothing is left", [
  "nft",
], () => {
  makeSettingsReadOnly();
  const before = settings();
  const error = assertThrows(() => openLinuxSourceNat(NAT), ForwardingRefused);
  assertEquals(
    (error as Error).message,
    "Cannot switch on the forwarding of IPv6 packets: the sysctl net.ipv6.conf.all.forwarding is not writable here. " +
      'Run "sysctl -w net.ipv6.conf.all.forwarding=1" on the host, ' +
      'or start the container with "--sysctl net.ipv6.conf.all.forwarding=1"',
  );
  assertEquals(settings(), before);
  assertEquals(run("nft", "list", "ruleset"), "");
});

namespaceTest(url, "forwarding: what cannot be put back is in the note, and no file stays open", [
  "ip",
], () => {
  const folder = Deno.makeTempDirSync();
  const noted = () => new Forwarding(new ForwardingNote(folder));
  const before = settings();
  const files = openFiles();
  const forwarding = noted();
  forwarding.enable();
  {
    using _ = injectFaults({ write: always("EMFILE") });
    assertThrows(() => forwarding[Symbol.dispose](), SystemError);
    assertThrows(noted, SystemError);
  }
  assertEquals(openFiles(), files);
  assert(isForwarding());
  const next = noted();
  assert(next.wasLeft);
  assertEquals(settings(), before);
  next[Symbol.dispose]();
  Deno.removeSync(folder);
});

namespaceTest(url, "forwarding: another user who takes the lock keeps no note from being used", [
  "ip",
  "root",
], () => {
  const folder = Deno.makeTempDirSync();
  const before = settings();
  const noted = () => new Forwarding(new ForwardingNote(folder));
  for (const take of [lockAsNobody, takeName]) {
    using _ = take("teredo-forwarding");
    const killed = noted();
    assert(killed.isLockForeign);
    killed.enable();
    assert(isForwarding());
    const next = noted();
    assert(next.wasLeft);
    assertEquals(settings(), before);
    next[Symbol.dispose]();
    killed[Symbol.dispose]();
  }
  using mine = noted();
  mine.enable();
  using beside = noted();
  assertEquals([mine.isLockForeign, beside.isLockForeign], [false, false]);
  assertEquals([beside.wasLeft, isForwarding()], [false, true]);
  mine[Symbol.dispose]();
  Deno.removeSync(folder);
});

namespaceTest(
  url,
  "forwarding: the lock's holder can be asked a hundred times",
  [
    "ip",
    "root",
  ],
  () => {
    using _ = lockAbstractName("teredo-forwarding");
    const holders = Array.from({ length: 100 }, () => holderOfName("teredo-forwarding"));
    assertEquals(new Set(holders), new Set([0]));
  },
);

namespaceTest(url, "forwarding: another user who keeps the lock's holder hidden exposes no note", [
  "ip",
  "root",
], () => {
  // Otherwise the test would have to make thousands of connections.
  Deno.writeTextFileSync("/proc/sys/net/core/somaxconn", "16");
  const folder = Deno.makeTempDirSync();
  const before = settings();
  const noted = () => new Forwarding(new ForwardingNote(folder));
  const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name);
  using first = noted();
  first.enable();
  const [enabled, notes] = [settings(), names()];
  asNobody(() => {
    for (let asked = 0; asked < 17; asked++) holderOfName("teredo-forwarding");
  });
  {
    using second = noted();
    assertEquals([second.isLockHidden, second.isLockForeign, second.wasLeft], [true, false, false]);
    second.enable();
    assertEquals(settings(), enabled);
  }
  assertEquals([settings(), names()], [enabled, notes]);
  first[Symbol.dispose]();
  assertEquals([settings(), names()], [before, []]);
  Deno.removeSync(folder);
});

/** What another user's process does that runs the same program. */
function lockAsNobody(name: string): Disposable {
  return asNobody(() => lockAbstractName(name)!);
}

function asNobody<T>(act: () => T): T {
  const { setresuid } = libc();
  const same = 0xffff_ffff;
  setresuid!(same, 65_534, same);
  try {
    return act();
  } finally {
    setresuid!(same, 0, same);
  }
}

/** What any other process may do: the name is taken, and no connection gets through. */
function takeName(name: string): Disposable {
  const { socket, bind, close } = libc();
  const fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const address = abstractAddress(name);
  assertEquals(bind(fd, address, address.length), 0);
  return { [Symbol.dispose]: () => void close(fd) };
}

namespaceTest(url, "forwarding: a read-only /proc/sys does not matter if it is on", ["nft"], () => {
  set("all/forwarding", "1");
  makeSettingsReadOnly();
  const nat = openLinuxSourceNat(NAT);
  assert(run("nft", "list", "ruleset").includes("test-nat"));
  nat.close();
});

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

function enabled(): Forwarding {
  const forwarding = new Forwarding();
  forwarding.enable();
  return forwarding;
}

/** An interface on which router advertisements arrive. */
function openUplink(): Tun {
  const tun = openTun("uplink");
  run("ip", "link", "set", "uplink", "up");
  return tun;
}

/** A router that is a default router for so many seconds, and a prefix. */
function advertise(uplink: Tun, lifetime: number): void {
  const packet = encodeRouterAdvertisement({
    source: parseIpv6("fe80::1")!,
    destination: parseIpv6("ff02::1")!,
    prefix: parseIpv6("2001:db8:7::")!,
  });
  setU16(packet, ROUTER_LIFETIME, lifetime);
  writeIcmpv6Checksum(packet);
  assert(uplink.write(packet));
}

/**
 * For how many seconds the default route is valid, rounded up to a hundred; undefined if there is
 * none.
 */
function routerLifetime(): number | undefined {
  const [route] = ipJson("-6", "route", "show", "default", "proto", "ra");
  return route === undefined ? undefined : Math.ceil(Number(route.expires) / 100) * 100;
}

function set(name: string, value: string): void {
  Deno.writeTextFileSync(`/proc/sys/net/ipv6/conf/${name}`, value);
}

function settings(): string {
  return run(
    "sh",
    "-c",
    "grep . /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra",
  );
}

function makeSettingsReadOnly(): void {
  run("mount", "--bind", "/proc/sys", "/proc/sys");
  run("mount", "-o", "remount,ro,bind", "/proc/sys");
}
