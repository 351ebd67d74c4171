/**
 * Set-ups that are broken on purpose. What `teredo diagnose` has to say about each is in
 * docs/diagnosis.md, under the same name.
 *
 * @module
 */

import { connect, type Lab, NATIVE, type Sites } from "./lab.ts";
import { PORT_RESTRICTED, SYMMETRIC } from "./lab_case.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { UPLINK } from "./nat_router.ts";
import { ADDRESS } from "./plan.ts";
import { launchClient, startClient, startRelay, startServer, teredo } from "./teredo.ts";

/** Where clients are. */
type Site = keyof typeof SITES;

/** The place where set-ups are broken: the lab, and what runs in it. */
export interface Stage {
  readonly lab: Lab<Site>;
  /** The machine of site A. */
  readonly client: Machine;
  /** A folder for files. */
  readonly folder: string;
  /** What ends with the set-up. */
  readonly stack: AsyncDisposableStack;
  /** The server, the relay and the client of A that run between the set-ups, if any do. */
  readonly running: { server?: LabProcess; relay?: LabProcess; client?: LabProcess };
}

/** A broken set-up. */
export interface Broken {
  /** Where the diagnosis is made: at the client of A unless given. */
  readonly machine?: Machine;
  /** Arguments of `teredo diagnose`. */
  readonly args?: readonly string[];
  /** Put before the command. */
  readonly around?: readonly string[];
  /** Other checks that fail because of the same cause. */
  readonly symptoms?: readonly string[];
  /** What `teredo ping --json` calls the cause. */
  readonly pingCause?: string;
  /** Follows the remedy, after which nothing fails. */
  readonly mend?: () => Promise<unknown>;
}

type Setup = (stage: Stage) => Promise<Broken>;

/** Set-ups that share a lab and what runs in it. */
export interface Group {
  readonly sites: Sites<Site>;
  readonly runs: readonly ("server" | "relay" | "client")[];
  readonly setups: Readonly<Record<string, Setup>>;
}

const SITES = { A: PORT_RESTRICTED, B: SYMMETRIC, C: SYMMETRIC, D: "no NAT" } as const;

const SERVER = ["--server", ADDRESS.serverPrimary] as const;

/** Commands see another file in the place of one of /etc. */
function instead(of: string, file: string): string[] {
  return ["unshare", "-m", "sh", "-c", `mount --bind ${file} ${of} && exec "$@"`, "sh"];
}

/** Commands cannot change settings of the kernel, as in most containers. */
const SEALED = [
  ...["unshare", "-m", "sh", "-c"],
  'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"',
  "sh",
];

function write({ folder }: Stage, name: string, text: string, mode = 0o644): string {
  const path = `${folder}/${name}`;
  Deno.writeTextFileSync(path, text, { mode });
  return path;
}

/** Commands find the addresses of teredo.test in the hosts file. */
function named(stage: Stage, ...addresses: string[]): string[] {
  const lines = ["127.0.0.1 localhost", ...addresses.map((address) => `${address} teredo.test`)];
  return instead("/etc/hosts", write(stage, "hosts", `${lines.join("\n")}\n`));
}

async function filter(machine: Machine, chain: string): Promise<void> {
  await machine.run("nft", `table inet fw {\n chain ${chain} }\n}`);
}

function unfilter(machine: Machine): () => Promise<unknown> {
  return () => machine.run("nft", "flush", "ruleset");
}

/** A route or rule that is there until it is removed. */
function detour(what: string): Setup {
  return async ({ client }) => {
    await client.ip(`-6 ${what.replace(/^(route|rule)/, "$1 add")}`);
    return { mend: () => client.ip(`-6 ${what.replace(/^(route|rule)/, "$1 del")}`) };
  };
}

/** Starts a client by hand, where the usual server has another name. */
async function launchNamed(stage: Stage, around: string[], say: RegExp): Promise<LabProcess> {
  const command = teredo("client", "--server", "teredo.test", "--log-level", "debug");
  const process = stage.stack.use(await stage.client.spawn(...around, ...command));
  await process.waitForLog(say, { timeout: 30_000 });
  return process;
}

/** Adds a server that knows one client. Its addresses end in that number and the next one. */
async function addGuarded(stage: Stage, number: number): Promise<string> {
  const { lab, stack } = stage;
  const [name, address] = [`guarded${number}`, `83.1.1.${number}`];
  const machine = await lab.addMachine(name);
  await connect(machine, UPLINK, lab.core, name);
  await lab.core.ip(`link set ${name} master br4`);
  for (const last of [number, number + 1]) {
    await machine.ip(`addr add 83.1.1.${last}/8 dev ${UPLINK}`);
  }
  const secrets = write(stage, "secrets.yaml", `alice: ${SECRET}\n`, 0o600);
  const command = teredo("server", "--primary", address, "--secrets", secrets);
  const process = stack.use(await machine.spawn(...command));
  await process.waitForLog(/Serving on/);
  return address;
}

const SECRET = "sixteen octets at least";

/** Before a client runs. */
const BEFORE: Group = {
  sites: SITES,
  runs: [],
  setups: {
    "No client runs": () => Promise.resolve({}),
    "No server program runs on the server's host": ({ lab, running }) =>
      Promise.resolve({
        args: SERVER,
        mend: async () => {
          running.server = await startServer(lab.server);
        },
      }),
    "The server's host is down": () => Promise.resolve({ args: ["--server", "83.1.1.77"] }),
    "This host's firewall forbids UDP to the server": async ({ client }) => {
      await filter(client, "out { type filter hook output priority 0; udp dport 3544 drop;");
      return { args: SERVER, symptoms: ["primary address"], mend: unfilter(client) };
    },
    "This host's firewall lets no answers in": async ({ client }) => {
      await filter(client, "in { type filter hook input priority 0; policy drop; iif lo accept;");
      const established = ["inet", "fw", "in", "ct", "state", "established,related", "accept"];
      return {
        args: SERVER,
        symptoms: ["primary address"],
        mend: () => client.run("nft", "insert", "rule", ...established),
      };
    },
    "The network blocks UDP to port 3544": async ({ client, lab }) => {
      await unfilter(client)();
      const router = lab.sites.A.router!;
      await router.run(
        "nft",
        "table ip fw {\n chain pre { type filter hook prerouting priority -300; udp dport 3544 drop; }\n}",
      );
      return { args: SERVER, mend: () => router.run("nft", "delete", "table", "ip", "fw") };
    },
    "This host has no IPv4 network": async ({ client, lab }) => {
      await client.ip("route del default");
      return {
        args: SERVER,
        symptoms: ["primary address"],
        mend: () => client.ip(`route add default via ${lab.sites.A.plan.gateway}`),
      };
    },
    "The server requires a secret, and none is given": async (stage) => ({
      args: ["--server", await addGuarded(stage, 31)],
    }),
    "The secret is wrong": async (stage) => {
      const server = await addGuarded(stage, 41);
      const secret = write(stage, "secret", `another ${SECRET}\n`, 0o600);
      return {
        args: ["--server", server, "--identifier", "alice", "--secret-file", secret],
        mend: () => Promise.resolve(write(stage, "secret", `${SECRET}\n`, 0o600)),
      };
    },
    "The server's name can't be resolved": async (stage) => {
      const none = instead(
        "/etc/resolv.conf",
        write(stage, "resolv.conf", "nameserver 127.0.0.9\n"),
      );
      await launchNamed(stage, none, /Until then, the client waits/);
      return {};
    },
    "A captive portal answers 0.0.0.0 for the server's name": (stage) =>
      Promise.resolve({
        args: ["--server", "teredo.test"],
        around: named(stage, "0.0.0.0"),
        mend: () => Promise.resolve(named(stage, ADDRESS.serverPrimary)),
      }),
    "A captive portal answers 192.168.1.1 for the server's name": async (stage) => {
      await launchNamed(stage, named(stage, "192.168.1.1"), /Until then, the client waits/);
      return {};
    },
    "The first address of the server's name is dead": async (stage) => {
      const around = named(stage, "83.1.1.77", ADDRESS.serverPrimary);
      await launchNamed(stage, around, /the Teredo address is/);
      return { around, mend: () => Promise.resolve(named(stage, ADDRESS.serverPrimary)) };
    },
    "The server went away": async ({ client, lab, running, stack }) => {
      await running.server!.end("SIGKILL");
      const process = stack.use(await launchClient(client));
      await process.waitForLog(/Off-line/);
      return {
        symptoms: ["client"],
        mend: async () => {
          running.server = await startServer(lab.server);
        },
      };
    },
    "IPv6 is switched off, and the client may not switch it on": async ({ client, stack }) => {
      await client.setKernel({ "net/ipv6/conf/default/disable_ipv6": 1 });
      stack.defer(() => client.setKernel({ "net/ipv6/conf/default/disable_ipv6": 0 }));
      const command = teredo("client", ...SERVER, "--log-level", "debug");
      const process = stack.use(await client.spawn(...SEALED, ...command));
      await process.waitForLog(/IPv6 is switched off on interface/);
      await process.waitForLog(/the Teredo address is/);
      return {
        symptoms: ["interface"],
        mend: () => client.setKernel({ "net/ipv6/conf/teredo/disable_ipv6": 0 }),
      };
    },
    "The client rests because there is native IPv6": async ({ client, lab, stack }) => {
      await connect(client, NATIVE, lab.core, "clientA-6");
      await lab.core.ip("link set clientA-6 master br6");
      await client.ip(`addr add 2a00:1::77/64 dev ${NATIVE} nodad`);
      await client.ip(`route add default via ${ADDRESS.native} dev ${NATIVE}`);
      stack.defer(async () => void await client.ip(`link del ${NATIVE}`));
      const process = stack.use(await launchClient(client));
      await process.waitForLog(/so it rests/);
      return {};
    },
  },
};

/** While a client runs, with an address. */
const MEANWHILE: Group = {
  sites: SITES,
  runs: ["server", "relay", "client"],
  setups: {
    "Nothing is wrong": () => Promise.resolve({ args: [ADDRESS.native] }),
    "The firewall of docs/operating.md": async ({ client, stack }) => {
      const text = await Deno.readTextFile(new URL("../../docs/operating.md", import.meta.url));
      await client.run("nft", /table inet teredo_host \{.*?\n {4}\}/s.exec(text)![0]);
      stack.defer(async () => void await unfilter(client)());
      return { args: [ADDRESS.native] };
    },
    "An unreachable default route wins": detour("route unreachable default metric 1"),
    "A route makes 2001::/32 unreachable": detour("route unreachable 2001::/32 metric 1"),
    "A VPN with local addresses has the default route": async ({ client }) => {
      await client.ip("link add vpn0 type veth peer name vpn1");
      for (const name of ["vpn0", "vpn1"]) await client.ip(`link set ${name} up`);
      await client.ip("-6 addr add fd00::7/64 dev vpn0 nodad");
      await client.ip("-6 route add default dev vpn0 metric 100");
      return { mend: () => client.ip("link del vpn0") };
    },
    "A policy rule sends clients' packets elsewhere": detour("rule to 2001::/32 prohibit"),
    "Another program keeps removing the routes": async ({ client, stack, running }) => {
      const loop = "while ip -6 route flush dev teredo; do sleep 0.05; done";
      const process = stack.use(await client.spawn("timeout", "60", "sh", "-c", loop));
      await running.client!.waitForLog(/Another program keeps changing interface teredo/);
      return {
        symptoms: ["route to clients"],
        mend: () => process.end("SIGTERM"),
      };
    },
    "This host's firewall drops what comes out of the tunnel": async ({ client }) => {
      await filter(client, "in { type filter hook input priority 0; iifname teredo drop;");
      const established = ["inet", "fw", "in", "ct", "state", "established,related", "accept"];
      return {
        args: [ADDRESS.native],
        symptoms: ["this host's ping"],
        mend: () => client.run("nft", "insert", "rule", ...established),
      };
    },
    "The IPv4 path drops fragments, and its MTU is too small": async ({ client, lab }) => {
      await unfilter(client)();
      const router = lab.sites.A.router!;
      await client.ip(`link set ${UPLINK} mtu 1300`);
      await router.run(
        "nft",
        "table ip fw {\n chain pre { type filter hook prerouting priority -500; ip frag-off & 0x3fff != 0 drop; }\n}",
      );
      return {
        args: [ADDRESS.native],
        mend: () => client.ip(`link set ${UPLINK} mtu 1500`),
      };
    },
    "Programs are told to prefer Teredo": (stage) => {
      const file = write(stage, "gai.conf", "precedence 2001::/32 100\n");
      return Promise.resolve({ around: instead("/etc/gai.conf", file) });
    },
    "This user may not ask the client": () =>
      Promise.resolve({
        around: ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"],
      }),
    "The native host is down": () =>
      Promise.resolve({ args: ["2a00:1::99"], pingCause: "host_silent" }),
    "The peer is off": () =>
      Promise.resolve({ args: ["2001:0:5301:101::acfe:fd01"], pingCause: "peer_silent" }),
    "The peer's server is dead": () =>
      Promise.resolve({ args: ["2001:0:5301:170::acfe:fd01"], pingCause: "peer_server_silent" }),
    "The address is not one that Teredo carries": () =>
      Promise.resolve({ args: ["fd00::1"], pingCause: "not_global" }),
    "The peer's firewall drops pings": async ({ lab, stack }) => {
      const peer = lab.sites.D.client;
      const { process, address } = await startClient(peer);
      stack.use(process);
      await filter(peer, "in { type filter hook input priority 0; icmpv6 type echo-request drop;");
      return { args: [address], pingCause: "ping_dropped", mend: unfilter(peer) };
    },
    "The peer's NAT is symmetric": async ({ lab, stack }) => {
      const { process, address } = await startClient(lab.sites.B.client);
      stack.use(process);
      return { args: [address], pingCause: "peer_silent" };
    },
    "Both NATs are symmetric": async ({ lab, stack }) => {
      const [one, other] = [
        await startClient(lab.sites.B.client),
        await startClient(lab.sites.C.client),
      ];
      stack.use(one.process);
      stack.use(other.process);
      return { machine: lab.sites.B.client, args: [other.address], pingCause: "peer_or_nats" };
    },
    "No relay brings answers back": async ({ lab, running }) => {
      await running.relay!.end("SIGTERM");
      return {
        args: ["2a00:1::3"],
        pingCause: "host_or_way",
        mend: async () => {
          running.relay = await startRelay(lab.relay);
          await lab.native.ip(`addr add 2a00:1::3/64 dev ${NATIVE} nodad`);
        },
      };
    },
    "The server has no native IPv6": async ({ lab, client, stack, running }) => {
      await lab.server.ip(`link set ${NATIVE} down`);
      stack.defer(async () => {
        await lab.server.ip(`link set ${NATIVE} up`);
      });
      await running.client!.end("SIGTERM");
      running.client = (await startClient(client)).process;
      return { args: ["2a00:1::4"], pingCause: "host_or_way" };
    },
    "The server's second address is silent": async ({ lab, client, running }) => {
      await running.client!.end("SIGTERM");
      await running.server!.end("SIGTERM");
      await lab.server.ip(`addr del ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
      const server = await lab.server.spawn(
        ...teredo("server", "--primary", ADDRESS.serverPrimary, "--log-level", "debug"),
      );
      running.server = server;
      await server.waitForLog(/Serving on/);
      running.client = (await startClient(client)).process;
      return {};
    },
    "Both NATs are symmetric, and the server is a gateway": async ({ lab, stack, running }) => {
      await running.server!.end("SIGTERM");
      const server = await lab.server.spawn(
        ...teredo("server", "--gateway", "--gateway-for", "all", "--log-level", "debug"),
        ...["--primary", ADDRESS.serverPrimary],
      );
      running.server = server;
      await server.waitForLog(/Gateway through interface/);
      const [one, other] = [
        await startClient(lab.sites.B.client),
        await startClient(lab.sites.C.client),
      ];
      stack.use(one.process);
      stack.use(other.process);
      return { machine: lab.sites.B.client, args: [other.address] };
    },
  },
};

/** All set-ups. */
export const GROUPS: readonly Group[] = [BEFORE, MEANWHILE];
