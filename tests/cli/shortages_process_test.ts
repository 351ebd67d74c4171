/** A role that lacks disk space, descriptors or name servers for a while goes on, and says so. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Capability, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const PRELUDE = `${HOST}; mount -t tmpfs none /mnt; mkdir /mnt/small
  mount -t tmpfs -o size=8k tmpfs /mnt/small
  fill() { ! dd if=/dev/zero of=/mnt/small/filling bs=4k count=2 2>/dev/null; }
  logs() { grep -q "$1" /mnt/log; }
`;

function test(
  name: string,
  needed: readonly Capability[],
  script: string,
  check: (said: string) => void,
): void {
  const needs = requires("linux", "namespaces", "ip", "bash", ...needed);
  Deno.test({
    name: needs.title(`process: ${name}`),
    ignore: needs.ignore,
    async fn() {
      const { code, stdout, stderr } = await inFreshNamespace(PRELUDE + script);
      assertEquals(code, 0, stdout + stderr);
      check(stdout);
    },
  });
}

test(
  "a full disk takes lines from the log, and nothing from the role",
  [],
  // One block is the log's, and full.
  `head -c 4096 /dev/zero | tr '\\0' '\\n' >/mnt/small/log; fill
    $teredo --log-file /mnt/small/log server --primary 83.1.1.1 & server=$!
    soon listens 83.1.1.2:3544
    soon $teredo status >/dev/null
    rm /mnt/small/filling; ip addr del 83.1.1.2/32 dev lo
    soon grep -q "lost the address" /mnt/small/log
    kill $server; wait $server || exit 96; tail -n +4097 /mnt/small/log`,
  (said) => {
    const [missing, lost] = said.split("\n");
    assertMatch(
      missing!,
      /^\(lines missing here, because the log could not be written: [1-9]\d*\)$/,
    );
    assertMatch(lost!, /^\S+ warn {2}This host has lost the address 83\.1\.1\.2/);
  },
);

test(
  "a client whose address finds no room to be remembered says so, and leaves nothing half written",
  ["tun"],
  `export STATE_DIRECTORY=/mnt/small; fill; ls -l /mnt/small >/mnt/before
    $teredo server --primary 83.1.1.1 2>/dev/null & server=$!
    soon listens 83.1.1.2:3544
    $teredo client 83.1.1.1 --force --allow-private 2>/mnt/log & client=$!
    soon logs "Qualified"; soon logs "Cannot remember"
    kill $client; wait $client || exit 96; cat /mnt/log
    ls -l /mnt/small | diff /mnt/before - || exit 97; kill $server; wait $server`,
  (said) => {
    assertMatch(said, /warn {2}Cannot remember the address in \/mnt\/small\/client-address\.json/);
    assertStringIncludes(said, "Check the folder and the free space");
  },
);

test(
  "idle connections that use up the descriptors end when others ask",
  ["curl"],
  // Two to spare, for a hundred connections.
  `$teredo server --primary 83.1.1.1 --metrics 127.0.0.1:9641 --user root 2>/dev/null & server=$!
    soon curl -s -o /dev/null http://127.0.0.1:9641/ready
    free=0; while [ -e /proc/$server/fd/$free ]; do free=$((free + 1)); done
    prlimit --pid $server --nofile=$((free + 2)): || exit 95
    for i in $(seq 100); do exec {idle}<>/dev/tcp/127.0.0.1/9641; done
    curl -s --max-time 20 http://127.0.0.1:9641/ready; echo
    $teredo status --json | grep -c '"state"'
    kill $server; wait $server`,
  (said) => assertMatch(said, /^\{"ready":true,.*\n1\n$/),
);

test(
  "a client whose server has no address yet asks again, and qualifies when it has one",
  ["tun"],
  `cp -r /etc /mnt/etc 2>/dev/null; mount --bind /mnt/etc /etc; : >/etc/resolv.conf
    $teredo server --primary 83.1.1.1 2>/dev/null & server=$!
    soon listens 83.1.1.2:3544
    $teredo client later.example --force --allow-private 2>/mnt/log & client=$!
    soon logs 'Cannot resolve "later.example": no DNS server answers'
    echo "83.1.1.1 later.example" >>/etc/hosts
    soon logs "Qualified"
    kill $client; wait $client || exit 96; kill $server; wait $server; cat /mnt/log`,
  (said) => assertMatch(said, /warn {2}Cannot resolve "later\.example": .*\n/),
);
