/** The package and its services under a real systemd, in a container or a virtual machine. */
import { assert, assertEquals } from "@std/assert";
import { makeDeb } from "../../packaging/deb.ts";
import { requires } from "../capabilities.ts";
import { CONTAINER_NEEDS, runInContainer } from "./container.ts";
import { findings, runInMachine } from "./virtual_machine.ts";

const SCRIPT = new URL("machine/services.sh", import.meta.url);

const FINDINGS = new URL("machine/findings.sh", import.meta.url).pathname;

const executable = Deno.env.get("TEREDO_BIN");
const machine = requires("insmod", "linux.uml");
// A machine takes a minute where system calls are cheap, and a quarter of an hour where they aren't.
const place = CONTAINER_NEEDS.ignore
  ? { needs: machine, run: runInMachine }
  : { needs: CONTAINER_NEEDS, run: runInContainer };
const needs = requires("linux", "executable", "dpkg-deb", "ip", "setpriv", "systemd-analyze");

Deno.test({
  name: needs.title(
    place.needs.title("services: installed, started, reloaded, killed and removed under systemd"),
  ),
  ignore: needs.ignore || place.needs.ignore,
  fn: async (t) => {
    const deb = await Deno.makeTempFile({ suffix: ".deb" });
    try {
      await makeDeb({ executable, output: deb });
      const console = await place.run(SCRIPT, { "teredo.deb": deb, "findings.sh": FINDINGS });
      assert(/^done\r?$/m.test(console), console);
      for (const { name, isFine, details } of findings(console)) {
        await t.step(name, () => assert(isFine, details));
      }
      assertEquals(
        new Set(findings(console).map(({ name }) => name)).size,
        findings(console).length,
      );
    } finally {
      await Deno.remove(deb);
    }
  },
});
