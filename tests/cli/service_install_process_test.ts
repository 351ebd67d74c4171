/** What `teredo service install` makes of the host on which it runs, as the executable may. */
import { assertEquals } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "root", "tun", "executable");

/**
 * A host with systemd, which is asked to do nothing, and interfaces that listen to routers (eth0,
 * eth0.5) or don't (eth1). The executable is in a place where services see it.
 */
const HOST = `mount -t tmpfs none /mnt; mkdir -p /mnt/etc /mnt/bin /run/systemd/system
  cp -r /etc/. /mnt/etc 2>/dev/null; mount --bind /mnt/etc /etc
  for each in systemctl systemd-sysusers systemd-tmpfiles sysctl; do
    printf '#!/bin/sh\\n' >/mnt/bin/$each; chmod +x /mnt/bin/$each
  done
  export PATH=/mnt/bin:$PATH
  mount -t tmpfs -o mode=755 none /opt; cp $teredo /opt/teredo
  for each in eth0 eth0.5 eth1; do ip tuntap add dev $each mode tap; done
  echo 0 >/proc/sys/net/ipv6/conf/eth1/accept_ra`;

const SETTINGS = [
  "net/ipv6/conf/eth0/accept_ra = 2",
  "net/ipv6/conf/eth0.5/accept_ra = 2",
  "net.ipv6.conf.all.forwarding = 1",
];

for (const service of ["relay", "server-relay"]) {
  Deno.test({
    name: needs.title(
      `process: teredo service install ${service} leaves the host its route from router advertisements`,
    ),
    ignore: needs.ignore,
    fn: async () => {
      const { code, stdout, stderr } = await inFreshNamespace(`${HOST}
        /opt/teredo service install ${service} >/run/log 2>&1 || { cat /run/log >&2; exit 1; }
        grep = /etc/sysctl.d/60-teredo-relay.conf`);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertEquals(stdout.trimEnd().split("\n"), SETTINGS);
    },
  });
}
