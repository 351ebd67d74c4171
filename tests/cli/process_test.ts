/**
 * The program as a process of its own, from source or as the executable that `TEREDO_BIN` names, with
 * real sockets and interfaces, each in a fresh network namespace.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Capability, FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE);
const needsTun = requires(...FRESH_NAMESPACE, "tun");

/** A mistake that only a real process meets. */
interface Mishap {
  readonly what: string;
  /** The script; its last command is the program. */
  readonly script: string;
  readonly code: number;
  readonly says: string;
  readonly needs?: readonly Capability[];
}

const MISHAPS: readonly Mishap[] = [
  {
    what: "a server's port in use",
    script: `${HOST}; $teredo relay --bind 83.1.1.1 --port 3544 2>/dev/null & first=$!
      soon listens 83.1.1.1:3544
      $teredo server --primary 83.1.1.1; code=$?; kill $first; wait $first; exit $code`,
    code: 1,
    says: "Cannot listen on UDP 83.1.1.1:3544: another program has the port. " +
      'Stop it ("ss -lunp sport = :3544" names it), or serve on other addresses',
    needs: ["tun"],
  },
  {
    what: "a second server",
    script: `${HOST}; $teredo server --primary 83.1.1.1 2>/dev/null & first=$!
      soon listens 83.1.1.2:3544
      $teredo server --primary 83.1.1.1; code=$?; kill $first; wait $first; exit $code`,
    code: 1,
    says: "Cannot run a second server: one is running",
  },
  {
    what: "a control socket where a file is",
    script: `${HOST}; $teredo server --primary 83.1.1.1 --control /etc/passwd`,
    code: 1,
    says: "there is a file /etc/passwd, which is not a socket",
  },
  {
    what: "a port for metrics in use",
    script: `${HOST}; $teredo relay --metrics 127.0.0.1:9641 2>/dev/null & first=$!
      soon is_up teredo
      $teredo server --primary 83.1.1.1 --metrics 127.0.0.1:9641; code=$?
      kill $first; wait $first; exit $code`,
    code: 1,
    says: "Cannot serve metrics at 127.0.0.1:9641: another program has the port",
    needs: ["tun"],
  },
  {
    what: "a server's secondary address that is not local",
    script: `${HOST}; $teredo server --primary 83.1.1.1 --secondary 83.1.1.3`,
    code: 1,
    says: "Cannot serve on 83.1.1.3: it is not an address of this host",
  },
  {
    what: "a server without the capability to send raw packets",
    script: `${HOST}; setpriv --bounding-set -net_raw --inh-caps -net_raw --no-new-privs \\
      $teredo server --primary 83.1.1.1`,
    code: 77,
    says: "Run as root, or give the program the capability CAP_NET_RAW",
  },
  {
    what: "a client without the capability to make an interface",
    script: `setpriv --bounding-set -net_admin --inh-caps -net_admin --no-new-privs \\
      $teredo client 83.1.1.1`,
    code: 77,
    says: "Run as root, or give the program the capability CAP_NET_ADMIN",
    needs: ["tun"],
  },
  {
    what: "a client without /dev/net/tun",
    script: "mount -t tmpfs none /dev/net; $teredo client 83.1.1.1",
    code: 1,
    says: "Load the kernel module with `modprobe tun`",
    needs: ["tun"],
  },
  {
    what: "a client whose /dev/net/tun is no device",
    script: "mount -t tmpfs none /dev/net; touch /dev/net/tun; $teredo client 83.1.1.1",
    code: 1,
    says: "/dev/net/tun is not a TUN device",
    needs: ["tun"],
  },
  {
    what: "a client of root's whose container may not open /dev/net/tun",
    script: `mount --bind /dev/net /dev/net; mount -o remount,bind,nodev /dev/net
      $teredo client 83.1.1.1`,
    code: 77,
    says: "a rule for devices forbids it here: start the container with `--device /dev/net/tun`",
    needs: ["tun"],
  },
  {
    what: "a client's interface name that is taken",
    script: "ip link add taken type veth; $teredo client 83.1.1.1 --interface taken",
    code: 1,
    says: 'An interface named "taken" exists',
    needs: ["tun"],
  },
  {
    what: "a client's port in use",
    script: `${HOST}; $teredo server --primary 83.1.1.1 --port 4000 2>/dev/null & first=$!
      soon listens 83.1.1.2:4000
      $teredo client 83.1.1.9 --port 4000; code=$?; kill $first; wait $first; exit $code`,
    code: 1,
    says: "Cannot listen on UDP 0.0.0.0:4000: another program has the port. " +
      'Stop it ("ss -lunp sport = :4000" names it), or choose another port with --port',
    needs: ["tun"],
  },
  {
    what: "a server's name that does not resolve",
    script: `$teredo client no-such-host.invalid 2>/tmp/$$.log & first=$!
      waits() { grep -q "Until then, the client waits" /tmp/$$.log; }
      soon waits; kill $first; wait $first; code=$?; cat /tmp/$$.log >&2; rm /tmp/$$.log; exit $code`,
    code: 0,
    says: 'Cannot resolve "no-such-host.invalid"',
    needs: ["tun"],
  },
  {
    what: "a private server without --allow-private",
    script: "$teredo client 10.0.0.1",
    code: 78,
    says: "Cannot use the server at 10.0.0.1: it is not a public address",
    needs: ["tun"],
  },
  {
    what: "a server on the loopback interface, which --allow-private does not admit either,",
    script: "$teredo client 127.0.0.1",
    code: 78,
    says: "Cannot use the server at 127.0.0.1: it is not a public address. Name the one by",
    needs: ["tun"],
  },
  {
    what: "a server whose two names have the same address",
    script: `mount -t tmpfs none /mnt; echo 83.1.1.1 one.example other.example >/mnt/hosts
      mount --bind /mnt/hosts /etc/hosts
      $teredo client one.example --server2 other.example`,
    code: 1,
    says: "Cannot use the server at 83.1.1.1: --server2 needs another address than --server",
    needs: ["tun"],
  },
];

for (const { what, script, code, says, needs = [] } of MISHAPS) {
  const required = requires(...FRESH_NAMESPACE, ...needs);
  Deno.test({
    name: required.title(`process: ${what} ends with ${code} and the remedy`),
    ignore: required.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(script);
      assertStringIncludes(ended.stderr, says);
      assertEquals([ended.code, ended.stdout], [code, ""]);
      assertEquals(ended.stderr.includes("    at "), false, "no stack trace");
    },
  });
}

for (const signal of ["INT", "TERM"]) {
  Deno.test({
    name: needs.title(`process: SIG${signal} ends a server cleanly`),
    ignore: needs.ignore,
    fn: async () => {
      // Bash lets what runs in the background ignore SIGINT, unless jobs are controlled.
      const ended = await inFreshNamespace(`set -m; ${HOST}
        $teredo server --primary 83.1.1.1 & server=$!
        soon listens 83.1.1.2:3544
        kill -${signal} $server; wait $server; code=$?; ss -lunH; exit $code`);
      const lines = ended.stderr.split("\n").filter((line) => line.includes("Z info "));
      assertMatch(lines.at(-2)!, /Z info {2}Serving on 83\.1\.1\.1:3544 and 83\.1\.1\.2:3544$/);
      assertMatch(lines.at(-1)!, /Z info {2}Stopped serving on 83\.1\.1\.1$/);
      assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
    },
  });

  Deno.test({
    name: needsTun.title(`process: SIG${signal} ends a client cleanly, and nothing stays behind`),
    ignore: needsTun.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(`set -m; ip link set lo up
        $teredo client 83.1.1.1 --interface teredo & client=$!
        soon is_up teredo
        soon listens :
        kill -${signal} $client; wait $client; code=$?
        ss -lunH; ip -o link | grep -v ' lo:'; ip -6 route; exit $code`);
      assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
    },
  });
}

Deno.test({
  name: needs.title("process: SIGHUP ends what reads no files again as SIGTERM does"),
  ignore: needs.ignore,
  fn: async () => {
    const script = (signal: string) =>
      `ip link set lo up; ip route add default dev lo
      $teredo probe 83.1.1.1 & probe=$!
      soon listens :
      kill -${signal} $probe; wait $probe`;
    const [hangup, term] = [
      await inFreshNamespace(script("HUP")),
      await inFreshNamespace(script("TERM")),
    ];
    assertEquals([hangup.code, hangup.stderr], [term.code, term.stderr]);
    assertEquals([term.code, term.stdout, term.stderr], [
      1,
      "",
      "teredo: The probe was interrupted\n",
    ]);
  },
});

Deno.test({
  name: needs.title("process: SIGTERM ends a probe while it looks a name up"),
  ignore: needs.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`ip link set lo up; ip route add default dev lo
      echo nameserver 83.1.1.9 >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf
      echo hosts: dns >/run/nsswitch.conf; mount --bind /run/nsswitch.conf /etc/nsswitch.conf
      $teredo probe teredo.example & probe=$!
      asks() { ss -unaH | grep -q 83.1.1.9:53; }
      soon asks
      kill $probe
      timeout 5 tail --pid=$probe -f /dev/null || echo "It still waits"
      wait $probe`);
    assertEquals([ended.code, ended.stdout, ended.stderr], [
      1,
      "",
      "teredo: The probe was interrupted\n",
    ]);
  },
});

Deno.test({
  name: needsTun.title("process: SIGKILL of a client leaves nothing behind either"),
  ignore: needsTun.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`ip link set lo up
      $teredo client 83.1.1.1 & client=$!
      soon is_up teredo
      kill -KILL $client; wait $client
      ss -lunH; ip -o link | grep -v ' lo:'; ip -6 route; exit 0`);
    assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
  },
});

Deno.test({
  name: needs.title("process: a server takes over what SIGKILL left of the one before"),
  ignore: needs.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`${HOST}
      $teredo server --primary 83.1.1.1 2>/dev/null & server=$!
      soon listens 83.1.1.2:3544
      kill -KILL $server; wait $server; [ -S /run/teredo/server/server*.sock ] || exit 98
      $teredo server --primary 83.1.1.1 & server=$!
      soon listens 83.1.1.2:3544
      $teredo status | head -n 1
      $teredo server --primary 83.1.1.1 2>/run/second; echo $?; sed 's/, and answers at .*//' /run/second
      kill $server; wait $server; code=$?; ls /run/teredo/server; exit $code`);
    assertEquals(ended.stdout.split("\n"), [
      "Teredo server: serving",
      "1",
      "teredo: Cannot run a second server: one is running",
      "",
    ], ended.stderr);
    assertEquals(ended.code, 0, ended.stderr);
  },
});

Deno.test({
  name: needsTun.title("process: a client's interface does not listen to router advertisements"),
  ignore: needsTun.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`ip link set lo up
      echo 2 >/proc/sys/net/ipv6/conf/default/accept_ra
      $teredo client 83.1.1.1 & client=$!
      soon listens :
      cat /proc/sys/net/ipv6/conf/teredo/accept_ra
      kill $client; wait $client`);
    assertEquals([ended.code, ended.stdout], [0, "0\n"], ended.stderr);
  },
});

for (const forwarding of ["0", "1"]) {
  Deno.test({
    name: needsTun.title(`process: a relay says so if this host does not forward: ${forwarding}`),
    ignore: needsTun.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(`ip link set lo up
        echo ${forwarding} >/proc/sys/net/ipv6/conf/all/forwarding
        $teredo relay & relay=$!
        soon listens :
        soon is_up teredo
        kill $relay; wait $relay`);
      const isWarned = ended.stderr.includes("warn  This host does not forward IPv6");
      assertEquals([ended.code, isWarned], [0, forwarding === "0"], ended.stderr);
    },
  });
}

Deno.test({
  name: needs.title("process: a full disk ends the recording with one warning, and not the server"),
  ignore: needs.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`${HOST}
      $teredo server --primary 83.1.1.1 --pcap /dev/full & server=$!
      soon listens 83.1.1.2:3544
      for _ in 1 2 3; do echo nonsense >/dev/udp/83.1.1.1/3544; done
      kill $server; wait $server`);
    const warnings = ended.stderr.split("\n").filter((line) => line.includes("Z warn "));
    assertEquals([ended.code, warnings.length], [0, 1], ended.stderr);
    assertMatch(warnings[0]!, /Recording to "\/dev\/full" ends, .*: No space left on device/);
  },
});

Deno.test({
  name: needs.title("process: a recording whose reader stalls does not stop the server"),
  ignore: needs.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`${HOST}
      mkfifo /run/pipe; exec 3<>/run/pipe
      $teredo server --primary 83.1.1.1 --pcap /dev/stdout >/run/pipe & server=$!
      soon listens 83.1.1.2:3544
      for _ in $(seq 100); do head -c 1000 /dev/zero >/dev/udp/83.1.1.1/3544; done
      timeout 5 $teredo status --json >/run/status || echo "no status"
      kill $server; timeout 5 tail --pid=$server -f /dev/null || kill -KILL $server
      wait $server`);
    assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
    assertMatch(ended.stderr, /The program that reads "\/dev\/stdout" is slow/);
  },
});

Deno.test({
  name: needs.title(
    "process: a server that loses an address says so and is not ready, until it is back",
  ),
  ignore: needs.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`${HOST}; mount -t tmpfs none /mnt; exec 2>/mnt/log
      $teredo server --primary 83.1.1.1 & server=$!
      soon grep -q Serving /mnt/log
      ready() { $teredo status --json 2>/dev/null | grep -q "\\"ready\\": *$1"; }
      soon ready true
      ip addr del 83.1.1.2/32 dev lo
      soon grep -q lost /mnt/log
      ready false || exit 90
      $teredo status >/dev/null
      ip addr add 83.1.1.2/32 dev lo
      soon grep -q back: /mnt/log
      ready true || exit 91
      kill $server; wait $server; code=$?; cat /mnt/log; exit $code`);
    assertMatch(ended.stdout, /warn {2}This host has lost the address 83\.1\.1\.2: /);
    assertMatch(
      ended.stdout,
      /serving, but something is wrong with its interface or host\. This host has lost/,
    );
    assertMatch(ended.stdout, /info {2}83\.1\.1\.2 is back: /);
    assertEquals(ended.code, 0);
  },
});

for (const udp of ["batched", "deno"]) {
  Deno.test({
    name: needsTun.title(`process: a client that cannot send says so, by --udp ${udp}`),
    ignore: needsTun.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(`mount -t tmpfs none /mnt; exec 2>/mnt/log
        $teredo client 83.1.1.1 --udp ${udp} & client=$!
        soon grep -q "cannot send" /mnt/log
        ip link set lo up; ip addr add 83.1.1.7/24 dev lo
        soon grep -q "works again" /mnt/log
        kill $client; wait $client; code=$?; cat /mnt/log; exit $code`);
      assertMatch(ended.stdout, /warn {2}This host cannot send: network is unreachable\. Check/);
      assertMatch(ended.stdout, /info {2}Sending works again\n/);
      assertEquals(ended.code, 0, ended.stdout);
    },
  });
}

Deno.test({
  name: needsTun.title("process: a relay's interface that was down has its route again"),
  ignore: needsTun.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`ip link set lo up
      $teredo relay & relay=$!
      has_route() { ip -6 route show 2001::/32 | grep -q teredo; }
      soon has_route
      soon listens :
      ip link set teredo down; ip link set teredo up
      soon has_route
      kill $relay; wait $relay`);
    assertMatch(
      ended.stderr,
      /warn {2}Something changed interface teredo\. Restored: .*2001::\/32/,
    );
    assertEquals(ended.code, 0);
  },
});

Deno.test({
  name: needsTun.title("process: a client whose interface is deleted ends and says so"),
  ignore: needsTun.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`ip link set lo up
      $teredo client 83.1.1.1 & client=$!
      soon is_up teredo
      soon listens :
      ip link del teredo; wait $client`);
    assertEquals(ended.code, 1, ended.stderr);
    assertStringIncludes(ended.stderr, 'Cannot read from interface "teredo"');
    assertStringIncludes(ended.stderr, "Somebody deleted the interface");
  },
});

Deno.test({
  name: needsTun.title(
    "process: a client qualifies with a server, and its host is configured, also after it was meddled with",
  ),
  ignore: needsTun.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`
      unshare -n sleep 60 & peer=$!
      apart() { [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; }
      soon apart
      ip link add up0 type veth peer name up0 netns $peer
      ip addr add 83.1.1.1/24 dev up0; ip addr add 83.1.1.2/24 dev up0; ip link set up0 up
      there="nsenter --net=/proc/$peer/ns/net"
      $there ip addr add 83.1.1.7/24 dev up0; $there ip link set up0 up

      $teredo server --primary 83.1.1.1 & server=$!
      soon listens 83.1.1.2:3544
      $there $teredo client 83.1.1.1 --port 40000 & client=$!
      has_default_route() { $there ip -6 route show default | grep -q teredo; }
      soon has_default_route
      has_address() { $there ip -6 addr show dev teredo | grep -q 2001:0:5301:101; }
      $there ip link set teredo down; $there ip link set teredo up
      soon has_address
      $there ip -6 addr flush dev teredo
      soon has_address
      soon has_default_route
      $there ip -6 -o addr show dev teredo; $there ip -6 route
      kill $client; wait $client || exit; kill $server; wait $server`);
    assertMatch(ended.stderr, /info {2}Asking server 83\.1\.1\.1 for an address\n/);
    assertMatch(
      ended.stderr,
      /Qualified: .* 2001:0:5301:101:\S+; seen from outside as 83\.1\.1\.7:40000, without a NAT; MTU 1280\n/,
    );
    assertMatch(ended.stdout, /inet6 2001:0:5301:101:\S+\/128 scope global/);
    assertMatch(ended.stdout, /2001::\/32 dev teredo/);
    assertMatch(ended.stdout, /default dev teredo .*metric 1029/);
    assertEquals(ended.code, 0);
  },
});
