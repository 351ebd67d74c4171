/** The lock of a secrets file that `teredo invite` changes, where the system has no such locks. */
import { assertEquals, assertThrows } from "@std/assert";
import { constants } from "node:os";
import { LockedSecrets } from "../../../cli/invitation/locked_secrets.ts";
import { CliError } from "../../../cli/process/failure.ts";

const { ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL, EIO } = constants.errno;

/** Lets no file be locked: the system refuses with that number. */
function refuseLocks(number: number): Disposable {
  const prototype = Deno.FsFile.prototype;
  const { tryLockSync, lockSync } = prototype;
  const refuse = () => {
    throw new Error(`The system's words (os error ${number})`);
  };
  Object.assign(prototype, { tryLockSync: refuse, lockSync: refuse });
  return { [Symbol.dispose]: () => void Object.assign(prototype, { tryLockSync, lockSync }) };
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

Deno.test("secrets lock: where files can't be locked, they are changed without", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/secrets.yaml`;
  for (const number of [ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL]) {
    using _ = refuseLocks(number);
    using secrets = new LockedSecrets(path);
    secrets.replace(`alice: ${number}\n`);
    assertEquals(Deno.readTextFileSync(path), `alice: ${number}\n`);
    assertEquals(namesIn(folder), ["secrets.yaml"]);
  }
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("secrets lock: after another error, only a draft that was there before stays", () => {
  const folder = Deno.makeTempDirSync();
  const lock = () => new LockedSecrets(`${folder}/secrets.yaml`);
  using _ = refuseLocks(EIO);
  assertThrows(lock, CliError, "os error 5");
  assertEquals(namesIn(folder), []);
  Deno.writeTextFileSync(`${folder}/secrets.yaml.new`, "");
  assertThrows(lock, CliError, "os error 5");
  assertEquals(namesIn(folder), ["secrets.yaml.new"]);
  Deno.removeSync(folder, { recursive: true });
});
