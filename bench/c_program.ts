/**
 * Programs in C that benches consist of, built when they are needed: in JavaScript, they would cost
 * more than what is measured.
 *
 * @module
 */

/**
 * Builds a program from one source file.
 *
 * @param source the path of a file that ends in `.c`
 * @param folder where the program goes
 * @returns the path of the program
 * @throws {Error} the compiler refuses; the message has its words
 */
export async function buildProgram(
  source: string,
  folder: string,
): Promise<string> {
  const path = `${folder}/${source.replace(/^.*\/|\.c$/g, "")}`;
  const { success, stderr } = await new Deno.Command("gcc", {
    args: ["-O2", "-Wall", "-Wextra", "-Werror", "-o", path, source],
  }).output();
  if (!success) {
    throw new Error(
      `Cannot build ${source}: ${new TextDecoder().decode(stderr)}`,
    );
  }
  return path;
}
