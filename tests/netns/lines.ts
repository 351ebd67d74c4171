/**
 * Text lines out of a stream of octets.
 *
 * @module
 */

/**
 * Each line of a stream, without its end; a last line needs no end. Giving up cancels the stream.
 */
export async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  let rest = "";
  const text = stream.pipeThrough(new TextDecoderStream(), signal && { signal });
  for await (const piece of text) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** The first line of a stream, which is given up then; undefined if there is none. */
export async function firstLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string | undefined> {
  for await (const line of lines(stream)) return line;
  return undefined;
}
