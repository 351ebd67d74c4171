import { assertEquals, assertStringIncludes } from "@std/assert";
import { ownServiceUnit } from "../../../cli/process/service_unit.ts";
import {
  commandsThatGive,
  remedyForService,
  waysToGet,
} from "../../../cli/daemon/capability_remedy.ts";

Deno.test("permission: the commands that give it can be pasted into a shell, whatever the arguments", () => {
  const args = ["client", "a.example", "--pcap", "it's all/$HOME.pcap", "--identifier", ""];
  assertEquals(commandsThatGive("CAP_NET_ADMIN", "/opt/te redo", args, "capabilities"), [
    `sudo '/opt/te redo' client a.example --pcap 'it'\\''s all/$HOME.pcap' --identifier ''`,
    "sudo setcap cap_net_admin+ep '/opt/te redo'",
  ]);
});

Deno.test("permission: each system has its own ways to get a right", () => {
  const commands = (rights: "root" | "administrator") =>
    commandsThatGive("CAP_NET_ADMIN", "/opt/teredo", ["client"], rights);
  assertEquals(commands("root"), ["sudo /opt/teredo client"]);
  assertEquals(commands("administrator"), []);
  const ways = (["capabilities", "root", "administrator"] as const)
    .map((rights) => waysToGet("CAP_NET_RAW", rights));
  assertEquals(ways, [
    "run as root, or give the program the capability CAP_NET_RAW",
    "run as root",
    "run as administrator",
  ]);
});

Deno.test("permission: a service is told which unit has the right, or what its own one lacks", () => {
  assertStringIncludes(
    remedyForService("teredo-server.service", "CAP_NET_ADMIN"),
    '"systemctl enable --now teredo-server-relay"',
  );
  assertStringIncludes(
    remedyForService("teredo-mine.service", "CAP_NET_RAW"),
    "The service teredo-mine.service has no right to that: its unit needs CAP_NET_RAW",
  );
});

Deno.test("permission: the kernel's control groups name the service", () => {
  assertEquals(ownServiceUnit("0::/system.slice/teredo-server.service\n"), "teredo-server.service");
  const legacy = "12:devices:/\n1:name=systemd:/system.slice/system-a.slice/a@b.service\n0::/\n";
  assertEquals(ownServiceUnit(legacy), "a@b.service");
  assertEquals(ownServiceUnit("0::/user.slice/user-1000.slice/session-2.scope\n"), undefined);
  assertEquals(ownServiceUnit("0::/\n"), undefined);
});
