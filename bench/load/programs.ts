/**
 * The programs in C that the bench consists of, built when they are needed: a generator in
 * JavaScript would cost more than what it measures.
 *
 * @module
 */

const NAMES = ["generator", "floor", "plain"] as const;

/** The paths of the programs: see the files of these names that end in `.c`. */
export type Programs = Readonly<Record<typeof NAMES[number], string>>;

/**
 * Builds all of them in a folder.
 *
 * @throws {Error} the compiler refuses; the message has its words
 */
export async function buildPrograms(folder: string): Promise<Programs> {
  const built = await Promise.all(NAMES.map(async (name) => {
    const path = `${folder}/${name}`;
    const source = `${import.meta.dirname}/${name}.c`;
    const { success, stderr } = await new Deno.Command("gcc", {
      args: ["-O2", "-Wall", "-Wextra", "-Werror", "-o", path, source],
    }).output();
    if (!success) throw new Error(`Cannot build ${source}: ${new TextDecoder().decode(stderr)}`);
    return [name, path] as const;
  }));
  return Object.fromEntries(built) as Programs;
}
