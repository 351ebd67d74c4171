/**
 * Writes the files that are generated from the program's own tables:
 *
 *     deno task examples            packaging/etc/*.yaml and packaging/systemd/*
 *
 * @module
 */

import { COMMANDS } from "../cli.ts";
import { exampleConfig, roles } from "../cli/service/example_config.ts";
import { SERVICES } from "../cli/service/services.ts";
import { SYSUSERS, TMPFILES } from "../cli/service/system_files.ts";
import { unitFile, unitName } from "../cli/service/unit.ts";

/** Where a package puts the program. */
const PROGRAM = "/usr/bin/teredo";

/** Every generated file, by its path in this folder. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const role of roles(COMMANDS)) files.set(`etc/${role.name}.yaml`, exampleConfig(role));
  for (const each of SERVICES) files.set(`systemd/${unitName(each)}`, unitFile(each, PROGRAM));
  files.set("systemd/sysusers.conf", SYSUSERS);
  files.set("systemd/tmpfiles.conf", TMPFILES);
  return files;
}

if (import.meta.main) {
  for (const [path, text] of generatedFiles()) {
    await Deno.writeTextFile(new URL(path, import.meta.url), text);
  }
}
