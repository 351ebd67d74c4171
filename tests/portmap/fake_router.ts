/**
 * A router that maps ports by PCP, NAT-PMP and UPnP, and can be told to misbehave. It does no I/O.
 *
 * @module
 */

import { getU16, getU32, setU16, setU32 } from "../../memory/octets.ts";
import { addressOf, type Endpoint, endpoint, portOf } from "../../wire/endpoint.ts";
import { formatIpv4, type Ipv4Address, ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { ROUTER_PORT } from "../../portmap/pcp.ts";
import type { MappingProtocol } from "../../portmap/port_mapping.ts";
import { SSDP_PORT } from "../../portmap/ssdp.ts";
import { elementsNamed, parseXml, textOf, type XmlElement } from "../../portmap/xml.ts";

/** What is different about a router. */
export interface RouterOptions {
  readonly protocols?: readonly MappingProtocol[];
  readonly address?: Ipv4Address;
  readonly external?: Ipv4Address;
  /** The result code of every PCP and NAT-PMP request for a mapping. */
  readonly result?: number;
  /** Makes mappings that stay only: UPnP error 725 for any lease. */
  readonly permanentOnly?: boolean;
  /** The most that it grants, in seconds. */
  readonly maxLifetime?: number;
  /** Answers every AddPortMapping with this error. */
  readonly addError?: number;
  /** Says yes to AddPortMapping and does nothing. */
  readonly ignoresAdd?: boolean;
  /** Describes itself with this; a string stands for the body. */
  readonly description?: string;
  /** Where it says that its description is. */
  readonly location?: string;
}

/** A mapping in a router's table. */
interface RouterEntry {
  readonly internal: Endpoint;
  readonly externalPort: number;
  readonly nonce?: string;
  readonly description?: string;
  /** Seconds; 0 for ever. */
  readonly lease: number;
}

/** A datagram from the router. */
interface RouterDatagram {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
}

/** The port of its HTTP server. */
export const HTTP_PORT = 5000;

const SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1";

/** A router with a table of mappings. */
export class FakeRouter {
  readonly table = new Map<number, RouterEntry>();
  readonly address: Ipv4Address;
  /** What it was asked, in words. */
  readonly asked: string[] = [];
  options: RouterOptions;
  readonly #seconds: () => number;
  /** When it started, by its clock. */
  #start = -1000;

  /** @param seconds a clock in seconds */
  constructor(options: RouterOptions = {}, seconds: () => number = () => 0) {
    this.options = options;
    this.#seconds = seconds;
    this.address = options.address ?? parseIpv4("192.168.1.1")!;
  }

  get external(): Ipv4Address {
    return this.options.external ?? parseIpv4("83.1.2.1")!;
  }

  /** Seconds since its last start. */
  get epoch(): number {
    return Math.floor(this.#seconds() - this.#start);
  }

  /** Forgets all mappings. */
  restart(): void {
    this.table.clear();
    this.#start = this.#seconds();
  }

  /** Answers a datagram of `client`, if it does. */
  answer(bytes: Uint8Array, to: Endpoint, client: Ipv4Address): RouterDatagram | undefined {
    if (portOf(to) === SSDP_PORT) return this.#answerSearch(bytes);
    if (to !== endpoint(this.address, ROUTER_PORT)) return undefined;
    const answer = bytes[0] === 2 ? this.#answerPcp(bytes) : this.#answerNatPmp(bytes, client);
    return answer && { bytes: answer, from: to };
  }

  /** The announcement that it restarted. */
  announcement(): RouterDatagram {
    const bytes = new Uint8Array(24);
    bytes.set([2, 0x80]);
    setU32(bytes, 8, this.epoch);
    return { bytes, from: endpoint(this.address, ROUTER_PORT) };
  }

  /** Answers a request by HTTP of `client`. */
  respond(request: string, client: Ipv4Address): string | undefined {
    if (!this.#knows("upnp")) return undefined;
    const [head = "", body = ""] = request.split("\r\n\r\n");
    if (head.startsWith("GET ")) {
      this.asked.push("description");
      return http(200, this.options.description ?? DESCRIPTION);
    }
    const action = /SOAPAction: "[^"]*#(\w+)"/.exec(head)?.[1] ?? "";
    this.asked.push(action);
    const [call] = elementsNamed(action, parseXml(body)!);
    const answer = this.#act(action, call!, client);
    return typeof answer === "number" ? fault(answer) : http(200, envelope(action, answer));
  }

  #knows(protocol: MappingProtocol): boolean {
    return this.options.protocols?.includes(protocol) ?? true;
  }

  #answerPcp(request: Uint8Array): Uint8Array | undefined {
    if (!this.#knows("pcp")) {
      // A NAT-PMP server does not know version 2 (RFC 6886 §3.5).
      return this.#knows("nat-pmp") ? Uint8Array.of(0, 129, 0, 1, 0, 0, 0, 0) : undefined;
    }
    this.asked.push("pcp");
    const response = request.slice();
    response.fill(0, 8, 24);
    response[1] = 0x80 | request[1]!;
    setU32(response, 8, this.epoch);
    const nonce = request.subarray(24, 36).toHex();
    const internal = endpoint(ipv4Address(getU32(request, 20)), getU16(request, 40));
    const lease = Math.min(getU32(request, 4), this.options.maxLifetime ?? Infinity);
    const own = [...this.table.values()].find((entry) => entry.internal === internal);
    const result = this.options.result ??
      (own !== undefined && own.nonce !== undefined && own.nonce !== nonce ? 2 : 0);
    response[3] = result;
    const externalPort = own?.externalPort ?? this.#freePort(getU16(request, 42));
    setU32(response, 4, result === 0 ? lease : 1800);
    setU16(response, 42, externalPort);
    setU16(response, 54, 0xffff);
    setU32(response, 56, this.external);
    if (result === 0) this.#set({ internal, externalPort, nonce, lease }, lease > 0);
    return response;
  }

  #answerNatPmp(request: Uint8Array, client: Ipv4Address): Uint8Array | undefined {
    if (!this.#knows("nat-pmp")) return undefined;
    const isMapping = request[1] === 1;
    this.asked.push(isMapping ? "nat-pmp" : "nat-pmp address");
    const response = new Uint8Array(isMapping ? 16 : 12);
    response[1] = 128 + request[1]!;
    const result = this.options.result ?? 0;
    setU16(response, 2, result);
    setU32(response, 4, this.epoch);
    if (!isMapping) {
      setU32(response, 8, this.external);
      return response;
    }
    const internal = endpoint(client, getU16(request, 4));
    const own = [...this.table.values()].find((entry) => entry.internal === internal);
    const externalPort = own?.externalPort ?? this.#freePort(getU16(request, 6));
    const lease = Math.min(getU32(request, 8), this.options.maxLifetime ?? Infinity);
    setU16(response, 8, portOf(internal));
    setU16(response, 10, externalPort);
    setU32(response, 12, lease);
    if (result === 0) this.#set({ internal, externalPort, lease }, lease > 0);
    return response;
  }

  #answerSearch(request: Uint8Array): RouterDatagram | undefined {
    if (!this.#knows("upnp")) return undefined;
    const text = new TextDecoder().decode(request);
    const target = /^ST: (.*)$/m.exec(text)?.[1]?.trim();
    this.asked.push("search");
    const location = this.options.location ??
      `http://${formatIpv4(this.address)}:${HTTP_PORT}/root.xml`;
    const bytes = new TextEncoder().encode(
      `HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: ${location}\r\nEXT:\r\n\r\n`,
    );
    return { bytes, from: endpoint(this.address, SSDP_PORT) };
  }

  /** The results of an action, or the code of an error. */
  #act(
    action: string,
    call: XmlElement,
    client: Ipv4Address,
  ): Readonly<Record<string, string | number>> | number {
    const externalPort = Number(textOf("NewExternalPort", call));
    const entry = this.table.get(externalPort);
    switch (action) {
      case "GetExternalIPAddress":
        return { NewExternalIPAddress: formatIpv4(this.external) };
      case "GetSpecificPortMappingEntry":
        return entry === undefined ? 714 : {
          NewInternalPort: portOf(entry.internal),
          NewInternalClient: formatIpv4(addressOf(entry.internal)),
          NewEnabled: 1,
          NewPortMappingDescription: entry.description ?? "",
          NewLeaseDuration: entry.lease,
        };
      case "AddPortMapping":
        return this.#add(call, externalPort, client);
      case "DeletePortMapping":
        if (entry === undefined) return 714;
        if (addressOf(entry.internal) !== client) return 606;
        this.table.delete(externalPort);
        return {};
      default:
        return 401;
    }
  }

  #add(call: XmlElement, externalPort: number, client: Ipv4Address) {
    const { addError, permanentOnly, ignoresAdd } = this.options;
    const lease = Number(textOf("NewLeaseDuration", call));
    if (addError !== undefined) return addError;
    if (permanentOnly && lease > 0) return 725;
    const entry = this.table.get(externalPort);
    if (entry !== undefined && addressOf(entry.internal) !== client) return 718;
    const host = parseIpv4(textOf("NewInternalClient", call) ?? "")!;
    this.#set({
      internal: endpoint(host, Number(textOf("NewInternalPort", call))),
      externalPort,
      description: textOf("NewPortMappingDescription", call) ?? "",
      lease: Math.min(lease, this.options.maxLifetime ?? Infinity),
    }, !ignoresAdd);
    return {};
  }

  #set(entry: RouterEntry, isKept: boolean): void {
    if (isKept) this.table.set(entry.externalPort, entry);
    else if (this.table.get(entry.externalPort)?.internal === entry.internal) {
      this.table.delete(entry.externalPort);
    }
  }

  #freePort(wanted: number): number {
    let port = wanted;
    while (this.table.has(port)) port++;
    return port;
  }
}

/** A response by HTTP. */
export function http(status: number, body: string): string {
  return `HTTP/1.1 ${status} Whatever\r\nContent-Type: text/xml\r\n` +
    `Content-Length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`;
}

function fault(code: number): string {
  return http(
    500,
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
      "<faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>" +
      '<UPnPError xmlns="urn:schemas-upnp-org:control-1-0">' +
      `<errorCode>${code}</errorCode><errorDescription>No</errorDescription>` +
      "</UPnPError></detail></s:Fault></s:Body></s:Envelope>",
  );
}

function envelope(action: string, results: Readonly<Record<string, string | number>>): string {
  const words = Object.entries(results).map(([name, value]) => `<${name}>${value}</${name}>`);
  return '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">' +
    `<s:Body><u:${action}Response xmlns:u="${SERVICE}">${words.join("")}` +
    `</u:${action}Response></s:Body></s:Envelope>`;
}

/** What a router says of itself, its services deep inside. */
export const DESCRIPTION = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
  <specVersion><major>1</major><minor>0</minor></specVersion>
  <device>
    <deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
    <friendlyName>A &amp; B <!-- of the shop --></friendlyName>
    <serviceList>
      <service>
        <serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType>
        <controlURL>/ctl/L3F</controlURL>
      </service>
    </serviceList>
    <deviceList>
      <device>
        <deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
        <deviceList>
          <device>
            <deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>
            <serviceList>
              <service>
                <serviceType>${SERVICE}</serviceType>
                <serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>
                <controlURL>/ctl/IPConn</controlURL>
                <eventSubURL/>
              </service>
            </serviceList>
          </device>
        </deviceList>
      </device>
    </deviceList>
  </device>
</root>`;
