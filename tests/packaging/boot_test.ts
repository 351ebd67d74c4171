/** A real boot, an upgrade and a removal while something is wrong, each in a virtual machine. */
import { assert } from "@std/assert";
import { makeDeb } from "../../packaging/deb.ts";
import { requires } from "../capabilities.ts";
import { findings, runInMachine } from "./virtual_machine.ts";

const executable = Deno.env.get("TEREDO_BIN");
const needs = requires(
  ...["linux", "executable", "dpkg-deb", "insmod", "ip", "linux.uml", "setpriv"] as const,
);

/** What is wrong, and what the journal must say as a warning; empty where nothing must be. */
const TROUBLES: Readonly<Record<string, string>> = {
  "silent server": "203.0.113.77 does not answer",
  "silent name server": 'Cannot resolve "no-such-host.invalid"',
  "no network": "This host cannot send",
  // The client switches it on for its own interface.
  "IPv6 switched off": "203.0.113.77 does not answer",
  "native IPv6": "Disabled: native IPv6 present",
};

function machineFile(name: string): string {
  return new URL(`machine/${name}`, import.meta.url).pathname;
}

for (const [trouble, cause] of Object.entries(TROUBLES)) {
  Deno.test({
    name: needs.title(`boot: ${trouble} holds up neither the boot nor dpkg`),
    ignore: needs.ignore,
    fn: async (t) => {
      const folder = await Deno.makeTempDir();
      try {
        const deb = `${folder}/teredo.deb`;
        await makeDeb({ executable, output: deb });
        await Deno.writeTextFile(`${folder}/trouble`, trouble);
        await Deno.writeTextFile(`${folder}/cause`, cause);
        const console = await runInMachine(new URL("machine/boot.sh", import.meta.url), {
          "teredo.deb": deb,
          "findings.sh": machineFile("findings.sh"),
          "prepare.sh": machineFile("prepare_boot.sh"),
          "trouble": `${folder}/trouble`,
          "cause": `${folder}/cause`,
        });
        assert(/^done\r?$/m.test(console), console);
        for (const { name, isFine, details } of findings(console)) {
          await t.step(name, () => assert(isFine, details));
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
