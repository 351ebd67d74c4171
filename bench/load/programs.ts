/**
 * The programs in C that the bench consists of, built when they are needed: a generator in
 * JavaScript would cost more than what it measures.
 *
 * @module
 */

const NAMES = ["generator", "floor", "plain"] as const;

/** The paths of the programs: see the folders of these names, and the files that end in `.c`. */
export type Programs = Readonly<Record<typeof NAMES[number], string>>;

/**
 * Builds all of them in a folder.
 *
 * @throws {Error} the compiler refuses; the message has its words
 */
export async function buildPrograms(folder: string): Promise<Programs> {
  const built = await Promise.all(NAMES.map(async (name) => {
    const path = `${folder}/${name}`;
    const { success, stderr } = await new Deno.Command("gcc", {
      args: ["-O2", "-flto", "-Wall", "-Wextra", "-Werror", "-o", path, ...sourcesOf(name)],
    }).output();
    if (!success) throw new Error(`Cannot build ${name}: ${new TextDecoder().decode(stderr)}`);
    return [name, path] as const;
  }));
  return Object.fromEntries(built) as Programs;
}

function sourcesOf(name: typeof NAMES[number]): string[] {
  const here = import.meta.dirname!;
  if (name !== "generator") return [`${here}/${name}.c`];
  const files = [...Deno.readDirSync(`${here}/${name}`)].map((file) => file.name);
  return files.filter((file) => file.endsWith(".c")).map((file) => `${here}/${name}/${file}`);
}
