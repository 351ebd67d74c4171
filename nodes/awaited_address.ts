/**
 * A client's address, for programs that wait for it.
 *
 * @module
 */

/** A promise of an address. There is a new one each time the address goes or changes. */
export class AwaitedAddress {
  #next = quietPromise<Uint8Array>();
  #isSettled = false;

  /** The address (16 octets), as soon as there is one. */
  get promise(): Promise<Uint8Array> {
    return this.#next.promise;
  }

  /** The client has an address. */
  come(address: Uint8Array): void {
    this.go();
    this.#next.resolve(address);
    this.#isSettled = true;
  }

  /** The client has no address any more. */
  go(): void {
    if (this.#isSettled) this.#next = quietPromise();
    this.#isSettled = false;
  }

  /** There will be no address. */
  end(reason: Error): void {
    this.#next.reject(reason);
  }
}

/** A promise that may be rejected although nobody waits for it. */
function quietPromise<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(() => {});
  return made;
}
