/**
 * A lab whose server runs under wine.
 *
 * Wine binds a UDP socket with an address of an interface to that interface and to no address. So
 * each of the server's addresses has its own interface.
 *
 * @module
 */

import { connect, createLab, type Lab, type Sites, SWITCH } from "../netns/lab.ts";
import { UPLINK } from "../netns/nat_router.ts";
import { ADDRESS } from "../netns/plan.ts";
import { prepareWine } from "./wine.ts";

/** The interface of the server's secondary address. */
const SECOND_UPLINK = "up1";

/** Builds a lab in which server, relay and the named sites can run programs of Windows. */
export async function createWineLab<Name extends string>(
  sites: Sites<Name>,
  windows: readonly NoInfer<Name>[],
): Promise<Lab<Name>> {
  const lab = await createLab(sites);
  try {
    await separateAddresses(lab);
    const clients = windows.map((name) => lab.sites[name].client);
    await prepareWine(lab.server, lab.relay, ...clients);
    return lab;
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

async function separateAddresses({ server, core }: Lab): Promise<void> {
  const port = "server2-4";
  await server.ip(`addr del ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
  await connect(server, SECOND_UPLINK, core, port);
  await core.ip(`link set ${port} master ${SWITCH.ipv4}`);
  // Each interface answers for its own address only.
  await server.setKernel({
    "net/ipv4/conf/all/arp_ignore": 1,
    "net/ipv4/conf/all/arp_announce": 2,
    "net/ipv4/conf/all/rp_filter": 0,
    [`net/ipv4/conf/${UPLINK}/rp_filter`]: 0,
    [`net/ipv4/conf/${SECOND_UPLINK}/rp_filter`]: 0,
    // As `Set-NetIPInterface -Forwarding Enabled` does on Windows.
    "net/ipv6/conf/all/forwarding": 1,
  });
  await server.ip(`addr add ${ADDRESS.serverSecondary}/8 dev ${SECOND_UPLINK}`);
}
