import { assertEquals } from "@std/assert";
import { commandsThatGive, waysToGet } from "../../../cli/daemon/capability_remedy.ts";

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
