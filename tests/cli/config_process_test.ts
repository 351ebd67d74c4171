/** Configuration files as processes of the program find them, and as they read them again. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE);
const needsTun = requires(...FRESH_NAMESPACE, "tun");

/** Folders that nobody else sees, `/etc` and `/mnt`; what the program says goes to `/mnt/log`. */
const FOLDERS = `mount -t tmpfs none /mnt; mkdir -p /mnt/etc; cp -r /etc/. /mnt/etc 2>/dev/null
  mount --bind /mnt/etc /etc; mkdir -p /etc/teredo
  says() { soon grep -q "$1" /mnt/log; }`;

Deno.test({
  name: needs.title("config: a server takes /etc/teredo/server.yaml, and SIGHUP reads it again"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`${HOST}; ${FOLDERS}; cd /etc/teredo
      echo "teredo:x:4711:" >>/etc/group
      install -m 640 /dev/null secrets.yaml; chgrp teredo secrets.yaml
      echo "alice: one" >secrets.yaml
      echo "primary: 83.1.1.1" >server.yaml
      $teredo server 2>/mnt/log & server=$!
      says "Serving on"
      printf 'primary: 83.1.1.1\\nlimits: off\\nlog-level: debug\\nport: 4000\\n' >server.yaml
      kill -HUP $server; says "Only a restart changes port"
      printf 'primary: 83.1.1.1\\nlimits: none\\nprot: 1\\n' >server.yaml
      kill -HUP $server; says "stay in use"
      printf 'primary: 83.1.1.1\\nsecrets: /etc/teredo/secrets.yaml\\n' >server.yaml
      kill -HUP $server; says "changed: secrets"
      echo "bob: two" >>secrets.yaml
      kill -HUP $server; says "one of 2 secrets"
      printf 'primary: 83.1.1.1\\nsecrets: /etc/teredo/nowhere.yaml\\n' >server.yaml
      kill -HUP $server; says "The old settings stay in use: secrets"
      kill $server; wait $server; code=$?; cat /mnt/log; exit $code`);
    assertEquals(code, 0, stdout);
    assertMatch(stdout, /changed: limits, log-level\n.*warn {2}Only a restart changes port\n/);
    assertStringIncludes(stdout, 'server.yaml:2: limits needs "on", "off", or rates such as ');
    assertStringIncludes(stdout, 'server.yaml:3: there is no setting "prot". Did you mean port?\n');
    assertStringIncludes(stdout, "Cannot read the secrets file /etc/teredo/nowhere.yaml");
    assertEquals(stdout.match(/Serving only clients with the one secret/g)?.length, 1);
  },
});

Deno.test({
  name: needsTun.title("config: a client takes other servers at SIGHUP, and stays as it is"),
  ignore: needsTun.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`ip link set lo up; ${FOLDERS}
      echo "server: 83.1.1.1" >/mnt/c.yaml
      TEREDO_CONFIG=/mnt/c.yaml TEREDO_LOG_LEVEL=debug $teredo client 2>/mnt/log & client=$!
      says "Asking server 83.1.1.1"
      index() { cat /sys/class/net/teredo/ifindex; }
      before=$(index)
      printf 'server: [83.1.1.1, 83.1.1.5]\\nlog-level: error\\n' >/mnt/c.yaml
      kill -HUP $client; says "changed: server"
      printf 'server: [83.1.1.1, 83.1.1.5]\\nhook: /bin/true\\ndefault-route: false\\n' >/mnt/c.yaml
      kill -HUP $client; says "changed: default-route, hook"
      printf 'server: [83.1.1.1, 83.1.1.5]\\nrefresh-interval: 20\\n' >/mnt/c.yaml
      kill -HUP $client; says "Only a restart changes refresh-interval"
      echo 'server: no-such-host.invalid' >/mnt/c.yaml
      kill -HUP $client; says "The old settings stay in use: server"
      [ "$(index)" = "$before" ] || exit 98
      kill $client; wait $client; code=$?; cat /mnt/log; exit $code`);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "Settings were read again; changed: server\n");
    assertMatch(stdout, /warn {2}Only a restart changes refresh-interval\n/);
    assertStringIncludes(stdout, 'Cannot resolve "no-such-host.invalid"');
  },
});

Deno.test({
  name: needsTun.title("config: SIGHUP does not end a client that is still looking for its server"),
  ignore: needsTun.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`ip link set lo up; ip route add default dev lo
      ${FOLDERS}; rm -f /etc/resolv.conf; echo nameserver 192.0.2.53 >/etc/resolv.conf
      $teredo client a.example 2>/mnt/log & client=$!
      soon is_up teredo
      kill -HUP $client; says "Still starting: not reading settings again yet"
      $teredo status 2>/mnt/status; [ $? = 3 ] || exit 98
      kill $client; wait $client; code=$?; cat /mnt/status; exit $code`);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "it is still starting");
  },
});

Deno.test({
  name: needsTun.title("config: SIGHUP does not end a relay"),
  ignore: needsTun.ignore,
  fn: async () => {
    const { code, stdout } = await inFreshNamespace(`ip link set lo up; ${FOLDERS}
      $teredo relay --host-only --prefix ::/0 2>/mnt/log; [ $? = 2 ] || exit 98
      $teredo relay 2>/mnt/log & relay=$!
      says "Relaying between"
      echo 'log-level: debug' >/etc/teredo/relay.yaml
      kill -HUP $relay; says "changed: log-level"
      echo 'log-level: loud' >/etc/teredo/relay.yaml
      kill -HUP $relay; says "stay in use"
      kill $relay; wait $relay; code=$?; cat /mnt/log; exit $code`);
    assertEquals(code, 0, stdout);
    assertMatch(stdout, /relay\.yaml:1: log-level needs one of .*, not "loud"\n/);
    assertMatch(stdout, /Z debug /, "the level of before");
  },
});

const needsSetpriv = requires(...FRESH_NAMESPACE, "setpriv");

Deno.test({
  name: needsSetpriv.title(
    "config: check needs neither network nor capability, and tells all mistakes",
  ),
  ignore: needsSetpriv.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${HOST}; ${FOLDERS}; cd /etc/teredo
      check="setpriv --bounding-set -all --inh-caps -all --no-new-privs $teredo check"
      $check || exit 98
      echo 'server: a.example' >client.yaml; echo 'primary: 83.1.1.1' >server.yaml
      $check || exit 97
      echo 'prefix: [2001:db8::/32' >relay.yaml; echo 'port: x' >>server.yaml
      $check`);
    assertEquals(code, 78, stderr);
    assertEquals(stdout.split("\n"), [
      "There is no configuration in /etc/teredo",
      "/etc/teredo/client.yaml: OK, for teredo client",
      "/etc/teredo/server.yaml: OK, for teredo server",
      "/etc/teredo/client.yaml: OK, for teredo client",
      "",
    ]);
    assertStringIncludes(stderr, "/etc/teredo/server.yaml:2: port needs a port number");
    assertMatch(stderr, /relay\.yaml:\d+:\d+: it is not YAML/);
  },
});
