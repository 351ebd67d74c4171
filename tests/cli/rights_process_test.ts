/**
 * What roles that root starts may still do once they work, thread by thread, and that they go on
 * doing their work with it.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { denoRun } from "../netns/deno_run.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "root", "tun", "setpriv");

/**
 * Words for the scripts: an `/etc` of their own with the group and perhaps the user teredo, the log
 * of a role, and what its threads may do: user, group, capabilities, whether they may gain any, and
 * the filter of system calls.
 */
const PRELUDE =
  `${HOST}; mount -t tmpfs none /mnt; mkdir /mnt/etc; cp -r /etc/. /mnt/etc 2>/dev/null
  mount --bind /mnt/etc /etc; mkdir -p /etc/teredo; cd /mnt
  says() { soon grep -q "$1" /mnt/log; }
  fields() { awk -v fields="$1" 'BEGIN { split(fields, f) } { for (i in f) if ($1 == f[i] ":") v[f[i]] = $2 }
    END { for (i = 1; i in f; i++) printf "%s ", v[f[i]]; print "" }' "$2"; }
  main() { fields "Uid Gid CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp" /proc/$1/status; }
  others() { for task in /proc/$1/task/*; do [ "\${task##*/}" = "$1" ] ||
    fields "Uid Gid CapPrm CapEff CapAmb NoNewPrivs Seccomp" $task/status; done | sort -u |
    grep -vxF "$(fields "Uid Gid CapPrm CapEff CapAmb NoNewPrivs Seccomp" /proc/$1/status)"; }
  rights() { main $1; others $1; }
`;

/** What runs a command with system calls filtered, as a service manager does. */
const FILTERED = denoRun("tests/ffi/linux/fixtures/filtered.ts");

const NONE = "0000000000000000";
const NETWORK = "0000000000001000";

const DOCUMENT = await Deno.readTextFile(new URL("../../docs/security.md", import.meta.url));

/** What a role keeps that root started, by the table of docs/security.md, as the kernel writes it. */
function documented(role: string): string {
  const row = DOCUMENT.split("\n").find((line) => line.startsWith(`| \`${role}\` `));
  const kept = row?.split("|")[3]?.trim();
  const known = new Map([["nothing", NONE], ["`CAP_NET_ADMIN`", NETWORK]]);
  return known.get(kept ?? "") ?? `The document says ${kept}`;
}

/** The line of the main thread of a role. */
function mainOf(role: string, ambient = NONE, bounding = documented(role)): string {
  const kept = documented(role);
  return `65534 65534 ${kept} ${kept} ${bounding} ${ambient} 1 2`;
}

/**
 * What the threads have left that were there before; those that the main thread starts later have
 * its capabilities.
 */
const OTHERS = `65534 65534 ${NONE} ${NONE} ${NONE} 1 2`;

/** The lines that were printed, without blanks at their ends. */
function linesOf(said: string): string[] {
  return said.trimEnd().split("\n").map((line) => line.trimEnd());
}

function test(
  name: string,
  script: string,
  check: (said: string) => void,
  { title, ignore } = needs,
): void {
  Deno.test({
    name: title(`rights: ${name}`),
    ignore,
    async fn() {
      const { code, stdout, stderr } = await inFreshNamespace(PRELUDE + script);
      assertEquals(code, 0, stdout + stderr);
      check(stdout);
    },
  });
}

/** The end of a role, which removes its socket. */
function end(role: string): string {
  return `kill $${role}; wait $${role} || exit 97; find /run/teredo ! -type d -printf "%f\\n" | sort | sed "s/-[0-9]*//"`;
}

test(
  "a server keeps no capability at all",
  `$teredo server --primary 83.1.1.1 2>/mnt/log & server=$!
    says "Serving on 83"; rights $server; $teredo status | head -n 1; ${end("server")}`,
  (said) =>
    assertEquals(linesOf(said), [
      mainOf("server"),
      "Teredo server: serving",
    ]),
);

for (
  const [name, role, ready] of [
    ["relay", "relay --bind 83.1.1.1", "Relaying between"],
    ["server --relay", "server --relay --primary 83.1.1.1", "Serving on 83"],
  ] as const
) {
  test(
    `a ${name} restores its interface with the capability that it keeps`,
    `$teredo ${role} --log-level debug 2>/mnt/log & role=$!
      says "${ready}"; rights $role
      ip link set teredo down; says "Restored"; is_up teredo || exit 98
      ${end("role")}; ! ip link show teredo 2>/dev/null`,
    (said) => assertEquals(linesOf(said), [mainOf(name), OTHERS]),
  );
}

test(
  "a gateway puts forwarding back, and leaves no note and no table",
  `ip link set lo up; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
    $teredo server --primary 83.1.1.1 --gateway --gateway-for all 2>/mnt/log & gateway=$!
    says "Serving on 83"; main $gateway; cat /proc/sys/net/ipv6/conf/all/forwarding
    ls /run/teredo/server | grep -c forwarding
    ${end("gateway")}; cat /proc/sys/net/ipv6/conf/all/forwarding`,
  (said) =>
    assertEquals(linesOf(said), [
      mainOf("server --gateway"),
      ...["1", "1", "0"],
    ]),
);

test(
  "roles of several users have a folder each: none leaves a socket or a note",
  `ip link set lo up; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
    first() { rm -f /mnt/log; "$@" 2>/mnt/log & first=$!; soon grep -q "Serving on\\|Relaying between" /mnt/log; }
    second() { rm -f /mnt/log2; "$@" 2>/mnt/log2 & second=$!; soon grep -q "Serving on\\|Relaying between" /mnt/log2; }
    finish() { kill $1; wait $1 || exit 97; find /run/teredo ! -type d -printf "%f\\n" | sort | sed "s/-[0-9]*//"; }
    gateway="$teredo server --primary 83.1.1.1 --gateway --gateway-for all"
    relay="$teredo relay --bind 83.1.1.2 --interface other"
    first $gateway; second $relay --user daemon
    find /run/teredo -printf "%P %u\\n" | sort | sed "s/-[0-9]*//"; finish $first; finish $second
    first $relay --user daemon; second $gateway; finish $second
    cat /proc/sys/net/ipv6/conf/all/forwarding; finish $first; grep "stay after" /mnt/log /mnt/log2
    second $gateway; grep -c "was killed" /mnt/log2; finish $second`,
  (said) =>
    assertEquals(linesOf(said), [
      ...[" root", "relay daemon", "relay/relay.sock root", "server nobody"],
      ...["server/forwarding.json root", "server/server.sock root"],
      "relay.sock",
      "relay.sock",
      "0",
      "0",
    ]),
);

/** A client of a server on this host, with a secret that root alone may read. */
const CLIENT = `echo "alice: one" >/etc/teredo/secrets.yaml; chmod 600 /etc/teredo/secrets.yaml
  printf one >/mnt/secret; chmod 600 /mnt/secret
  $teredo server --primary 83.1.1.1 --secrets /etc/teredo/secrets.yaml 2>/mnt/server.log & server=$!
  soon listens 83.1.1.2:3544
  client() { $teredo client 83.1.1.1 --force --allow-private --identifier alice \\
    --secret-file /mnt/secret --log-level debug "$@" 2>/mnt/log & client=$!; }
  printf '#!/bin/sh\\n{ echo $STATE; id -u; echo $HOME $USER $LOGNAME; grep CapEff /proc/self/status; } >>/mnt/hook.log
    [ $STATE = destroy ] || ip link set $IFACE alias hooked\\n' >/mnt/hook
  chmod 755 /mnt/hook; install -m 666 /dev/null /mnt/hook.log`;

test(
  "a client keeps CAP_NET_ADMIN for its interface and its hook, and remembers its address",
  `${CLIENT}; export STATE_DIRECTORY=/mnt/state; mkdir /mnt/state
    cp /bin/true /mnt/capable; ! type setcap >/dev/null || setcap cap_net_raw=ep /mnt/capable
    echo "/mnt/capable && echo runs >>/mnt/hook.log" >>/mnt/hook
    client --hook /mnt/hook; says "Qualified"; fields CapBnd /proc/$$/status; rights $client
    soon grep -q up /mnt/hook.log; hooked() { ip link show teredo | grep -q "alias hooked"; }; soon hooked
    ip link set teredo down; says "Restored"
    ip -6 route delete 2001::/32 dev teredo; says "Restored.*2001::/32"
    stat -c %u /mnt/state/client-address.json
    kill $client; wait $client || exit 96; cat /mnt/hook.log
    first=$(grep -o "address is [^;]*" /mnt/log); rm /mnt/log; client; says "Qualified"
    [ "$(grep -o "address is [^;]*" /mnt/log)" = "$first" ] || exit 95
    ${end("client")}; ! grep warn /mnt/log`,
  (said) => {
    const bounding = linesOf(said)[0]!;
    assertEquals(linesOf(said), [
      bounding,
      mainOf("client", documented("client"), bounding),
      OTHERS,
      "65534",
      ...["up", "destroy"].flatMap((
        state,
      ) => [state, "65534", "/ nobody nobody", `CapEff:\t${NETWORK}`, "runs"]),
      "server.sock",
    ]);
  },
);

test(
  "a hook runs, and settings are read again, where the role's user may not enter the working folder",
  `${CLIENT}; mkdir -m 700 /mnt/private; cd /mnt/private; printf 'hook: ../hook\\n' >../client.yaml
    client --config ../client.yaml; says Qualified; soon grep -q up /mnt/hook.log
    printf 'log-level: info\\n' >>../client.yaml; kill -HUP $client; says "Settings were read again"
    kill $client; wait $client || exit 96; grep -c "^[a-z]*$" /mnt/hook.log
    chmod 644 /etc/teredo/secrets.yaml; kill $server; wait $server
    $teredo server --primary 83.1.1.1 --secrets ../etc/teredo/secrets.yaml 2>/mnt/log & server=$!
    says "Serving on 83"; kill -HUP $server; says "Settings were read again"
    soon sh -c '[ "$(grep -c "the one secret" /mnt/log)" -eq 2 ]'; grep -c "the one secret" /mnt/log; ! grep error /mnt/log; ${
    end("server")
  }`,
  (said) => assertEquals(linesOf(said), ["2", "2"]),
);

test(
  "a hook that the client's user may not execute is refused, also by a reload",
  `${CLIENT}; chmod 700 /mnt/hook
    client --hook /mnt/hook; wait $client; echo $?; cat /mnt/log
    mkdir -p /mnt/private/x; chmod 700 /mnt/private; install /mnt/hook /mnt/private/x/hook
    chmod 755 /mnt/hook; printf 'server: 83.1.1.1\\nhook: /mnt/private/x/hook\\n' >/mnt/away.yaml
    $teredo check --role client /mnt/away.yaml 2>&1; echo $?
    $teredo client --config /mnt/away.yaml 2>&1; echo $?
    printf 'user: root\\n' >>/mnt/away.yaml; $teredo check --role client /mnt/away.yaml
    chmod 700 /mnt/hook
    printf 'server: 83.1.1.1\\n' >/mnt/client.yaml; client --config /mnt/client.yaml
    says Qualified; printf 'hook: /mnt/hook\\n' >>/mnt/client.yaml; kill -HUP $client
    says "The old settings stay in use: hook"; kill $client; wait $client || exit 96; cat /mnt/log`,
  (said) => {
    assertMatch(said, /^77\n/);
    const refused = "Cannot use the hook /mnt/hook: nobody may not execute it. ";
    for (const origin of ["teredo: ", "error "]) assertStringIncludes(said, origin + refused);
    const away =
      "/mnt/away.yaml:2: Cannot use the hook /mnt/private/x/hook: nobody may not enter " +
      "the folder /mnt/private. Move the hook to a folder that everybody may enter, such as " +
      "/usr/local/lib, or start the client as root with --user root\n77\n";
    const text = said.replaceAll(/\n {2,}/g, " ");
    assertEquals(text.split(away).length, 3, said);
    assertStringIncludes(text, "/mnt/away.yaml: OK");
  },
);

test(
  "check judges a hook as the client's user, with the groups that it will have",
  `printf '#!/bin/sh\\n' >hook; chmod 750 hook; mkdir closed; chmod 710 closed; ln -s /mnt/hook closed/link
    printf 'server: 83.1.1.1\\nhook: /mnt/hook\\n' >c.yaml
    printf 'server: 83.1.1.1\\nhook: /mnt/closed/link\\n' >d.yaml
    check() { $teredo check --role client $1 2>&1 | tr -s " \\n" " "; echo; }
    check c.yaml; check d.yaml
    echo "crew:x:4711:nobody" >>/etc/group; chgrp 4711 hook closed; check c.yaml; check d.yaml`,
  (said) => {
    const [file, folder, ...others] = linesOf(said);
    assertStringIncludes(file!, "Cannot use the hook /mnt/hook: nobody may not execute it");
    assertStringIncludes(folder!, "nobody may not enter the folder /mnt/closed");
    assertEquals(others.map((line) => line.includes(": OK")), [true, true]);
  },
);

test(
  "a server says at its start that it can't read its settings again",
  `echo "primary: 83.1.1.1" >/mnt/s.yaml; chmod 600 /mnt/s.yaml
    $teredo server --config /mnt/s.yaml 2>/mnt/log & server=$!
    says "Serving on 83"; says "takes a restart"; grep -o "A change of .*" /mnt/log; ${
    end("server")
  }
    chmod 644 /mnt/s.yaml; rm /mnt/log; $teredo server --config /mnt/s.yaml 2>/mnt/log & server=$!
    says "Serving on 83"; kill -HUP $server; says "read again"; ! grep warn /mnt/log; ${
    end("server")
  }`,
  (said) =>
    assertEquals(linesOf(said), [
      "A change of the settings takes a restart. Cannot read the configuration /mnt/s.yaml: " +
      "permission is denied. The role has run as nobody since its start. As root, run " +
      '"groupadd --system teredo && chgrp teredo /mnt/s.yaml && chmod 640 /mnt/s.yaml", ' +
      "and start the role again; or start it with --user root",
    ]),
);

test(
  "a server says which files it can't read again, and the advice works",
  `echo "alice: one" >/etc/teredo/secrets.yaml; chmod 600 /etc/teredo/secrets.yaml
    printf 'primary: 83.1.1.1\\nsecrets: /etc/teredo/secrets.yaml\\n' >/etc/teredo/server.yaml
    $teredo server 2>/mnt/log & server=$!
    says "Serving on 83"; grep -o "A change of .*" /mnt/log
    kill -HUP $server; says "The old secrets stay in use"; grep -o "Cannot read the sec.*" /mnt/log
    chmod 600 /etc/teredo/server.yaml; kill -HUP $server
    says "The old settings stay in use"; grep -o "The role has run as.*" /mnt/log
    kill $server; wait $server; chmod 644 /etc/teredo/server.yaml
    eval "$(grep -o 'run ".*", and' /mnt/log | head -n 1 | sed 's/^run "//; s/", and$//')"
    rm /mnt/log; $teredo server 2>/mnt/log & server=$!
    says "Serving on 83"; grep warn /mnt/log; echo "bob: two" >>/etc/teredo/secrets.yaml
    kill -HUP $server; says "one of 2 secrets"
    stat -c %G /run/teredo/server/server*.sock
    chmod 600 /etc/teredo/secrets.yaml; kill -HUP $server; says "The old secrets stay"
    grep -o "As root, run .* SIGHUP" /mnt/log | tail -n 1
    eval "$(grep -o 'run "chgrp.*", and send' /mnt/log | head -n 1 | sed 's/^run "//; s/", and send$//')"
    : >/mnt/log; kill -HUP $server; says "one of 2 secrets"
    ip addr add 83.1.1.5/32 dev lo; ip addr add 83.1.1.6/32 dev lo; mkdir -m 700 /mnt/away; cp -p /etc/teredo/secrets.yaml /mnt/away/secrets.yaml
    $teredo server --primary 83.1.1.5 --control /mnt/away.sock --secrets /mnt/away/secrets.yaml 2>/mnt/log2 & other=$!
    soon grep -q "A change of" /mnt/log2; grep -o "As root, run .*" /mnt/log2; kill $other; wait $other
    setpriv --reuid 65533 --regid teredo --clear-groups --bounding-set -all,+dac_read_search \\
      --inh-caps -all,+dac_read_search --ambient-caps -all,+dac_read_search \\
      $teredo status | head -n 1
    ${end("server")}`,
  (said) => {
    const command = "groupadd --system teredo && chgrp teredo /etc/teredo/secrets.yaml && " +
      "chmod 640 /etc/teredo/secrets.yaml";
    assertEquals(linesOf(said), [
      "A change of /etc/teredo/secrets.yaml takes a restart: this server may not read it any more. " +
      `As root, run "${command}", and start the role again; or start it with --user root`,
      "Cannot read the secrets file /etc/teredo/secrets.yaml: permission is denied. As root, run " +
      `"${command}", and start the role again; or start it with --user root. The old secrets stay in use`,
      `The role has run as nobody since its start. As root, run "${
        command.replaceAll("secrets", "server")
      }", and start the role again; or start it with --user root. The old settings stay in use`,
      "teredo",
      'As root, run "chgrp teredo /etc/teredo/secrets.yaml && chmod 640 /etc/teredo/secrets.yaml", and send the role SIGHUP',
      'As root, run "mkdir -p /etc/teredo && chmod 755 /etc/teredo && mv /mnt/away/secrets.yaml /etc/teredo/secrets.yaml && ' +
      'chgrp teredo /etc/teredo/secrets.yaml && chmod 640 /etc/teredo/secrets.yaml", ' +
      "and start the role again with the new path; or start it with --user root",
      "Teredo server: serving",
    ]);
  },
);

test(
  "invitations reach a server that gave up root, and one that can't be told isn't said to know",
  `rm -r /etc/teredo; groupdel teredo 2>/dev/null; export COLUMNS=200
    $teredo invite alice --host 83.1.1.1 >/dev/null; stat -c "%a %G" /etc/teredo /etc/teredo/secrets.yaml
    $teredo server --primary 83.1.1.1 --secrets /etc/teredo/secrets.yaml 2>/mnt/log & server=$!
    says "Serving on 83"; grep warn /mnt/log
    $teredo invite bob --host 83.1.1.1 2>&1 >/dev/null | sed "s/ [0-9]*)/)/"; says "one of 2 secrets"
    chmod 600 /etc/teredo/secrets.yaml
    $teredo invite carol --host 83.1.1.1 2>&1 >/dev/null | sed "s/ [0-9]*)/)/"
    ${end("server")}`,
  (said) =>
    assertEquals(linesOf(said), [
      "2755 teredo",
      "640 teredo",
      "The server that runs here (process) reads its secrets again",
      "Restart the server that runs here (process): then it knows the client",
    ]),
);

test(
  "a role that can't make its control socket warns, and goes on",
  `mkdir -p /run/teredo/server; chown nobody /run/teredo/server
    setpriv --bounding-set -dac_override,-chown --inh-caps -all $teredo server --primary 83.1.1.1 \\
      2>/mnt/log & server=$!
    says "Serving on 83"; grep -o "warn .*" /mnt/log; kill $server; wait $server`,
  (said) => {
    assertMatch(said, /^warn {2}"teredo status" can't ask this server\. Cannot open the control/);
    assertMatch(said, /permission for \S+ is denied\. Choose another path with --control$/m);
  },
);

test(
  "the user is teredo if there is one, or the one that is chosen; root keeps everything",
  `echo "teredo:x:4711:4712::/:/bin/false" >>/etc/passwd
    for user in "" "--user nobody" "--user root"; do
      rm -f /mnt/log
      rm -f /mnt/log; $teredo server --primary 83.1.1.1 $user 2>/mnt/log & server=$!
      says "Serving on 83"; fields "Uid Gid NoNewPrivs Seccomp" /proc/$server/status
      kill $server; wait $server
    done
    echo "user: nobody" >/mnt/s.yaml; echo "primary: 83.1.1.1" >>/mnt/s.yaml
    $teredo check --role server /mnt/s.yaml; sed -i s/nobody/bob/ /mnt/s.yaml
    $teredo check --role server /mnt/s.yaml 2>&1; echo $?`,
  (said) => {
    assertMatch(
      said,
      /^4711 4712 1 2 \n65534 65534 1 2 \n0 0 0 0 \n.*OK, for teredo server\n/,
    );
    assertStringIncludes(said, "/mnt/s.yaml:1: Cannot run as bob: there is no such user.");
    assertMatch(said, /\n78\n$/);
  },
);

for (const lacking of ["setuid", "setgid", "setpcap"]) {
  test(
    `where root can't change its user without ${lacking}, a role keeps what it has, unless one was chosen`,
    `for user in "" "--user nobody"; do
      rm -f /mnt/log
      setpriv --bounding-set -${lacking} --inh-caps -all $teredo server --primary 83.1.1.1 \\
        $user 2>/mnt/log & server=$!
      soon grep -q "Serving on\\|teredo: Cannot" /mnt/log; cat /mnt/log | cut -c 26-
      kill $server 2>/dev/null; wait $server; echo $?
      stat -c %U /run/teredo/server
    done`,
    (said) => {
      assertMatch(
        said,
        /info {2}Still running as root\. Cannot run as nobody: Operation not permitted/,
      );
      assertMatch(said, /Serving on.*\n(?:.*\n)*0\nroot\n/);
      const remedy = `add CAP_${lacking.toUpperCase()}; or keep root with --user root`;
      assertStringIncludes(said, remedy);
      assertMatch(said, /\n77\nroot\n$/);
    },
  );
}

test(
  "in a namespace of users that has root alone, a role keeps what it has",
  `unshare -Urn bash -c '${HOST}; exec $teredo server --primary 83.1.1.1 --control /mnt/s.sock' 2>/mnt/log & server=$!
    soon grep -q "Serving on\\|teredo: Cannot" /mnt/log; cut -c 26- /mnt/log
    kill $server; wait $server; echo $?`,
  (said) => {
    assertMatch(said, /Still running as root\. Cannot run as nobody: /);
    assertMatch(said, /Serving on.*\n(?:.*\n)*0\n$/);
  },
);

test(
  "another user than root that can gain no rights gets a filter, unless it has one",
  `serve() {
      "$@" sh -c 'echo $$ >/mnt/pid; exec setpriv "$@"' - --reuid 65534 --regid 65534 --clear-groups \\
        --inh-caps -all,+net_raw --ambient-caps -all,+net_raw \\
        $teredo server --primary 83.1.1.1 2>/mnt/log & job=$!
      says "Serving on 83"; fields "NoNewPrivs Seccomp Seccomp_filters" /proc/$(cat /mnt/pid)/status
      kill $(cat /mnt/pid); wait $job; echo $?
    }
    serve setpriv --no-new-privs; serve ${FILTERED.join(" ")}`,
  (said) => assertEquals(linesOf(said), ["1 2 1", "0", "1 2 1", "0"]),
  // From its sources, the program needs root's cache of packages.
  requires(...FRESH_NAMESPACE, "root", "setpriv", "executable"),
);

test(
  "another user than root can't choose one, and may name itself",
  `plain() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all,+dac_read_search \\
      --inh-caps -all,+dac_read_search --ambient-caps -all,+dac_read_search "$@"; }
    plain $teredo server --primary 83.1.1.1 --user root 2>&1; echo $?
    TEREDO_USER=nobody plain $teredo server --primary 83.1.1.1 2>&1 | head -n 1`,
  (said) => {
    assertStringIncludes(
      said,
      "Cannot run as root: only root can change its user. Use sudo, or leave out --user\n77\n",
    );
    assertStringIncludes(said, "CAP_NET_RAW");
  },
  // From its sources, the program needs root's cache of packages.
  requires(...FRESH_NAMESPACE, "root", "setpriv", "executable"),
);
