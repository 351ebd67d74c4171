/**
 * miniupnpd on a router of the lab: a real server of PCP, NAT-PMP and UPnP beside the kernel's NAT.
 *
 * @module
 */

import type { MappingProtocol } from "../../portmap/port_mapping.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Site } from "./lab.ts";
import { LAN, UPLINK } from "./nat_router.ts";

/** Its chains, beside those of the NAT, and what is dropped before there was a mapping comes in. */
const RULES = `
  table inet miniupnpd {
    chain forward {
      type filter hook forward priority -10;
      jump up_filter
    }
    chain up_filter { }
    chain prerouting {
      type nat hook prerouting priority -100;
      jump up_nat
    }
    chain up_nat { }
    chain postrouting {
      type nat hook postrouting priority 90;
      jump up_post
    }
    chain up_post { }
  }
  flush chain ip filter through
  add rule ip filter through iifname ${UPLINK} ct state new ct status and dnat != dnat drop
`;

/** A router that maps ports. */
export class PortMappingRouter implements AsyncDisposable {
  readonly #site: Site;
  readonly #folder: string;
  #process: LabProcess;

  private constructor(site: Site, folder: string, process: LabProcess) {
    this.#site = site;
    this.#folder = folder;
    this.#process = process;
  }

  /**
   * Starts miniupnpd on a site's router. It knows PCP if it knows NAT-PMP; a rule of the kernel's
   * leaves out one of them.
   *
   * @param lan the router's interface to the site
   * @param igd the version of UPnP's Internet Gateway Device
   */
  static async start(
    site: Site,
    protocols: readonly MappingProtocol[],
    { lan = LAN, igd = 2 }: { readonly lan?: string; readonly igd?: 1 | 2 } = {},
  ): Promise<PortMappingRouter> {
    const router = site.router!;
    const folder = `/run/miniupnpd-${router.name}`;
    const knowsPort = protocols.includes("pcp") || protocols.includes("nat-pmp");
    const config = [
      `ext_ifname=${UPLINK}`,
      `listening_ip=${lan}`,
      `enable_natpmp=${knowsPort ? "yes" : "no"}`,
      `enable_upnp=${protocols.includes("upnp") ? "yes" : "no"}`,
      `force_igd_desc_v1=${igd === 1 ? "yes" : "no"}`,
      "secure_mode=yes",
      "min_lifetime=10",
      `lease_file=${folder}/leases`,
      "uuid=11111111-2222-3333-4444-555555555555",
      "upnp_table_name=miniupnpd",
      "upnp_nat_table_name=miniupnpd",
      "upnp_forward_chain=up_filter",
      "upnp_nat_chain=up_nat",
      "upnp_nat_postrouting_chain=up_post",
      `allow 1024-65535 ${site.plan.client}/24 1024-65535`,
    ];
    const script = 'mkdir -p "$1" && printf "%s\\n" "$2" >"$1/conf"';
    await router.run("sh", "-c", script, "sh", folder, config.join("\n"));
    if (knowsPort) await router.run("nft", versionFilter(protocols, lan));
    return new PortMappingRouter(site, folder, await launch(site, folder));
  }

  /** Forgets all mappings, as a power cut would make it. */
  async restart(): Promise<void> {
    await this.#process.end("SIGKILL");
    await this.#site.router!.run("nft", "delete table inet miniupnpd");
    this.#process = await launch(this.#site, this.#folder);
  }

  /** The external ports that lead inside, with where they lead, by the kernel's own account. */
  async mappings(): Promise<string[]> {
    const rules = await this.#site.router!.run("nft", "list chain inet miniupnpd up_nat");
    return Array.from(
      rules.matchAll(/th dport (\d+) .*dnat ip to ([\d.:]+)/g),
      ([, port, to]) => `${port} -> ${to}`,
    );
  }

  /** Waits for something that it says. */
  async waitForLog(pattern: RegExp): Promise<void> {
    await this.#process.waitForLog(pattern);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end("SIGTERM");
  }
}

/** Starts the program without any mapping. */
async function launch({ router }: Site, folder: string): Promise<LabProcess> {
  await router!.run("nft", RULES);
  await router!.run("sh", "-c", ': >"$1/leases"', "sh", folder);
  const process = await router!.spawn("miniupnpd", "-d", "-f", `${folder}/conf`);
  await process.waitForLog(/Listening for|HTTP listening|PCP/);
  return process;
}

/** Requests of PCP begin with version 2, those of NAT-PMP with 0. */
function versionFilter(protocols: readonly MappingProtocol[], lan: string): string {
  const dropped = [
    ...protocols.includes("pcp") ? [] : [2],
    ...protocols.includes("nat-pmp") ? [] : [0],
  ];
  const rules = dropped.map((version) =>
    `add rule ip filter in iifname ${lan} udp dport 5351 @th,64,8 ${version} drop`
  );
  return rules.join("\n") || "list chain ip filter in";
}
