/**
 * Everything that can keep Teredo from working on this host, looked at once.
 *
 * @module
 */

import { ResolveError, resolveIpv4 } from "../../io/servers/lookup.ts";
import { formatIpv4 } from "../../wire/ipv4_address.ts";
import { ControlClient } from "../ask/control_client.ts";
import { chooseSockets } from "../ask/find_controls.ts";
import type { PingReport } from "../daemon/status/ping_report.ts";
import type { StatusReport } from "../daemon/status/status_report.ts";
import { type Check, fail, note, pass, skip } from "../probe/check.ts";
import { type ProbeReport, probeReport } from "../probe/probe_report.ts";
import { runProbe } from "../probe/run_probe.ts";
import { CliError } from "../process/failure.ts";
import { VERSION } from "../process/version.ts";
import { clientChecks } from "./client_checks.ts";
import { hostChecks } from "./host_checks.ts";
import { hostFacts } from "./host_facts.ts";
import { hostPing } from "./host_ping.ts";
import { PingExplainer } from "./ping_explainer.ts";
import type { PingExplanation } from "./ping_explanation.ts";

/** The MTU of IPv6 links at least, in octets (RFC 8200 §5). */
const LEAST_MTU = 1280;

/** What to look at. */
interface DiagnoseOptions {
  /** The IPv6 address of a peer or native host to ping, if any. */
  readonly peer: string | undefined;
  /** The servers to probe; by default the one of the running client. */
  readonly servers: readonly string[];
  /** The control socket of the client, if it is not the usual one. */
  readonly control: string | undefined;
  readonly probe: Omit<Parameters<typeof runProbe>[0], "servers">;
  /** How long to wait for the peer, in milliseconds. */
  readonly timeout: number;
}

/** The whole report, which `--json` prints and a bundle holds. There is no secret in it. */
export interface Diagnosis {
  readonly schema: 1;
  readonly version: string;
  /** When it was made, in ISO 8601. */
  readonly made: string;
  readonly checks: readonly Check[];
  /** Why the peer did not answer, if it was pinged in vain. */
  readonly ping: PingExplanation | null;
  readonly probe: ProbeReport | null;
  /** The report of the client, without its peers: their addresses are not ours to give away. */
  readonly client: Omit<StatusReport, "peers"> | null;
}

/** Looks at everything, until `signal` aborts. */
export async function diagnose(options: DiagnoseOptions, signal: AbortSignal): Promise<Diagnosis> {
  const client = await findClient(options.control);
  const status = await statusOf(client, signal);
  const running = status instanceof Error ? undefined : status;
  const facts = await hostFacts(running?.interface ?? undefined);
  const probe = await probeOf(options, running, signal);
  const ping = await pingPeer(options, client, running, signal);
  const { peers: _, ...shown } = running ?? { peers: [] };
  return {
    schema: 1,
    version: VERSION,
    made: new Date(facts.clock).toISOString(),
    checks: [
      ...clientChecks(status),
      ...hostChecks(facts, running, isHeard(running, probe)),
      ...serverChecks(probe, running),
      ...ping.checks,
    ],
    ping: ping.explanation,
    probe,
    client: running === undefined ? null : shown as Omit<StatusReport, "peers">,
  };
}

/** The running client, or why it cannot be asked. */
type Client = ControlClient | CliError;

async function findClient(chosen: string | undefined): Promise<Client> {
  try {
    const [path] = await chooseSockets(chosen, "client");
    return new ControlClient(path!);
  } catch (error) {
    return expected(error);
  }
}

async function statusOf(client: Client, signal: AbortSignal): Promise<StatusReport | CliError> {
  if (client instanceof Error) return client;
  try {
    return await client.status(signal) ?? new CliError("The diagnosis was interrupted");
  } catch (error) {
    return expected(error);
  }
}

/** @throws anything but a failure of the client */
function expected(error: unknown): CliError {
  if (error instanceof CliError) return error;
  throw error;
}

/** Whether answers of a server arrive here. */
function isHeard(client: StatusReport | undefined, probe: ProbeReport | null): boolean {
  return client?.state === "qualified" ||
    probe?.servers.some(({ roundTrip }) => roundTrip.primary !== null) === true;
}

async function probeOf(
  { servers, probe }: DiagnoseOptions,
  client: StatusReport | undefined,
  signal: AbortSignal,
): Promise<ProbeReport | null> {
  const wanted = servers.length > 0 ? servers : await serversOf(client);
  if (wanted.length === 0) return null;
  return probeReport(await runProbe({ ...probe, servers: wanted }, signal));
}

/** The client's server, and the other ones that its name stands for. */
async function serversOf(client: StatusReport | undefined): Promise<string[]> {
  const { name, primary, secondary } = client?.server ?? {};
  if (name === undefined || primary === undefined) return [];
  const own = secondary ? `${primary},${secondary}` : primary;
  try {
    const all = (await resolveIpv4(name)).map(formatIpv4);
    return [own, ...all.filter((address) => address !== primary)];
  } catch (error) {
    // The client goes on with the addresses that it has.
    if (error instanceof ResolveError) return [own];
    throw error;
  }
}

function serverChecks(report: ProbeReport | null, client: StatusReport | undefined): Check[] {
  if (report === null) {
    return [skip("server", "None to probe: name one with --server")];
  }
  const qualified = client?.state === "qualified" ? client.server : null;
  return report.servers.flatMap(({ server, primary, qualifies, checks }) => {
    const isOwn = qualified?.primary === primary;
    // The client proves to be known to the server, which the probe may not be.
    if (isOwn && !qualifies) {
      return [pass("server", `${server} serves the client; it does not answer strangers`)];
    }
    if (qualified !== null && !isOwn && !qualifies) return [spareServer(qualified.name, server)];
    const shown = checks.filter(({ check }) => check !== "Teredo address");
    return [pass("server", server), ...isOwn ? shown.map(asLimit) : shown];
  });
}

/** A server that the client does not need now. */
function spareServer(name: string, server: string): Check {
  return note(
    "server",
    `${server}, another address of ${name}, does not answer`,
    "The client uses one that does. Remove this address from the name, or start the server there",
  );
}

/** What a client works with is a limit, not a failure. */
function asLimit(check: Check): Check {
  return check.result === "FAIL" ? { ...check, result: "NOTE" } : check;
}

async function pingPeer(
  { peer, timeout }: DiagnoseOptions,
  client: Client,
  running: StatusReport | undefined,
  signal: AbortSignal,
): Promise<{ checks: Check[]; explanation: PingExplanation | null }> {
  const check = "peer";
  if (peer === undefined) return { checks: [], explanation: null };
  if (client instanceof Error) {
    return { checks: [skip(check, "Without a client, nothing can be sent")], explanation: null };
  }
  let report: PingReport | undefined;
  try {
    report = await client.ping(peer, timeout, signal);
  } catch (error) {
    return { checks: [skip(check, expected(error).message)], explanation: null };
  }
  if (report === undefined) return { checks: [skip(check, "Interrupted")], explanation: null };
  const explanation = await new PingExplainer(client).explain(report, signal) ?? null;
  if (explanation === null) {
    const { path, mapping, roundTrip } = report;
    const how = mapping === null ? "" : `, ${path} (${mapping})`;
    const answered = pass(check, `${peer} answered in ${roundTrip} ms${how}`);
    const mtu = running?.mtu ?? LEAST_MTU;
    return { checks: [answered, ...await hostPing({ address: peer, mtu })], explanation };
  }
  const { meaning, advice } = explanation;
  return { checks: [fail(check, `${peer} did not answer. ${meaning}`, advice)], explanation };
}
