/** `teredo check` refuses what the role refuses, in the same words and with the same line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "setpriv");

/** A role, its file, and what both say; `:2:` stands for the file and that line. */
type Refusal = readonly [role: string, file: string, code: number, ...says: string[]];

const REFUSALS: readonly Refusal[] = [
  ["server", "primary: 10.0.0.1", 78, ":1: Cannot serve on 10.0.0.1: clients on the Internet"],
  ["server", "mtu: 1280\nprimary: 127.0.0.1", 78, ":2: Cannot serve on 127.0.0.1: no other host"],
  [
    "server",
    "primary: 83.1.1.1\nsecondary: 192.168.0.2",
    78,
    "Cannot serve on 192.168.0.2: clients on the Internet cannot reach",
  ],
  ["server", "primary: 83.1.1.9", 1, ":1: Cannot serve on 83.1.1.9: it is not an address of this"],
  [
    "server",
    "bind: [83.1.1.1, 83.1.1.2]\nprimary: 83.1.2.1",
    78,
    "Cannot serve on one public address by two of this host",
  ],
  [
    "server",
    "primary: 83.1.1.1\nsecrets: /nowhere/secrets.yaml",
    78,
    ":2: Cannot read the secrets file /nowhere/secrets.yaml: there is no such file",
  ],
  [
    "server",
    "secrets: /mnt\nprimary: 83.1.1.1",
    78,
    ":1: Cannot read the secrets file /mnt: it is a directory",
  ],
  [
    "server",
    "primary: 83.1.1.1\nsecrets: /mnt/unreadable",
    77,
    ":2: Cannot read the secrets file /mnt/unreadable: permission is denied",
  ],
  [
    "server",
    "primary: 83.1.1.1\nsecrets: /mnt/wrong",
    78,
    ':2: Cannot use /mnt/wrong:2, identifier "bob": the secret is missing',
  ],
  [
    "server",
    "primary: 83.1.1.1\nrelay: true\nhost-only: true",
    1,
    ":3: Cannot relay for this host only: it has no native IPv6 address",
  ],
  ["relay", "host-only: true", 1, ":1: Cannot relay for this host only"],
  ["relay", "prefix: 2001:db8::1/32", 78, ":1: prefix needs", "give 2001:db8::/32 for all of them"],
  ["relay", "public: 10.0.0.1", 78, ":1: Cannot relay as 10.0.0.1: clients cannot reach this kind"],
  ["relay", "bind: 83.1.1.9", 1, ":1: Cannot listen on UDP 83.1.1.9", "does not have the address"],
  [
    "relay",
    "pcap: /nowhere/a.pcap\ncontrol: /nowhere/a.sock\n",
    1,
    ':1: Cannot record to "/nowhere/a.pcap": there is no such folder',
    ":2: Cannot open the control socket: there is no folder for /nowhere/a.sock",
  ],
  ["relay", "pcap: /mnt", 1, ':1: Cannot record to "/mnt": it is a directory'],
  ["relay", "control: /mnt/plain", 1, ":1: Cannot open the control socket: there is a file"],
  ["client", "server:x", 78, ':1: a blank is missing after the colon: "server: x"'],
  ["client", "server: 192.168.1.1", 78, ":1: Cannot use the server at 192.168.1.1: it is not a pu"],
  ["client", "server: 0.0.0.0", 78, ":1: Cannot use the server at 0.0.0.0: it is not a public"],
  ["client", "server: a.example\nhook: /nowhere/hook", 78, ":2: Cannot use the hook /nowhere/h"],
  [
    "client",
    "server: a.example\nhook: /mnt/plain",
    78,
    ":2: Cannot use the hook /mnt/plain: it is not executable",
    "chmod +x /mnt/plain",
  ],
  ["client", "server: a.example\nhook: /mnt", 78, ":2: Cannot use the hook /mnt: it is a dir"],
  ["client", "server: a.example\nhook: no-such-program", 78, ":2: Cannot use the hook no-such"],
  [
    "client",
    "server: a.example\nidentifier: alice\nsecret-file: /nowhere/secret",
    78,
    ":3: Cannot read the secret file /nowhere/secret: there is no such file",
  ],
  [
    "client",
    "server: a.example\nidentifier: alice\nsecret-file: /mnt/empty",
    78,
    ":3: Cannot use the secret in /mnt/empty",
  ],
];

/** Files that the settings name, and the program without the right to read whatever it wants. */
const PREPARED = `mount -t tmpfs none /mnt; cd /mnt
  touch plain empty; chmod 600 plain empty
  printf 'alice: one\\nbob:\\n' >wrong; chmod 600 wrong
  echo 'alice: one' >unreadable; chmod 000 unreadable
  confined="setpriv --bounding-set -all --inh-caps -all --no-new-privs $teredo"`;

for (const [role, file, code, ...says] of REFUSALS) {
  Deno.test({
    name: needs.title(`check: ${JSON.stringify(file)} is refused, as teredo ${role} refuses it`),
    ignore: needs.ignore,
    fn: async () => {
      const { stdout, stderr } = await inFreshNamespace(`${HOST}; ${PREPARED}
        printf '${file.replaceAll("\n", "\\n")}' >${role}.yaml
        $confined check ${role}.yaml >/dev/null 2>check; echo check $?
        $confined ${role} --config ${role}.yaml 2>role; echo role $?
        cat check; echo ---; cat role`);
      const [checked, started] = stdout.split("\n---\n");
      for (const each of says) assertStringIncludes(checked!, each.replace(/^:/, `${role}.yaml:`));
      const wrong = code === 77 ? 77 : 78;
      assertEquals(checked!.split("\n").slice(0, 2), [`check ${wrong}`, `role ${code}`], stderr);
      assertEquals(checked!.split("\n").slice(2).join("\n"), started!.trimEnd());
    },
  });
}

Deno.test({
  name: needs.title("check: what a role accepts is accepted, and nothing is made or changed"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${HOST}; ${PREPARED}
      printf 'alice: one\\n' >secrets; printf one >secret; chmod 600 secret secrets
      printf '#!/bin/sh\\n' >hook; chmod 755 hook
      printf 'server: 83.1.1.1\\nhook: /mnt/hook\\nidentifier: a\\nsecret-file: /mnt/secret\\npcap: /mnt/new.pcap\\n' >client.yaml
      printf 'primary: 83.1.1.1\\nsecrets: /mnt/secrets\\ncontrol: /mnt/new.sock\\n' >server.yaml
      printf 'bind: 127.0.0.2\\npublic: 83.1.2.1\\nprefix: 2001:db8::/32\\npcap: plain\\n' >relay.yaml
      printf 'server: a.example\\nhook: "true"\\n' >other-client.yaml
      before=$(ls -l --time-style=full-iso)
      $confined check *.yaml || exit 98
      [ "$before" = "$(ls -l --time-style=full-iso)" ]`);
    assertEquals(code, 0, stderr + stdout);
    assertEquals(stdout.match(/: OK, for/g)?.length, 4);
  },
});
