/** Numbers as base64 of their little-endian 64-bit form: exact, and half the size of their digits. */
export function pack64(values: ArrayLike<number>): string {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (let index = 0; index < values.length; index += 1) view.setFloat64(index * 8, values[index] ?? 0, true);
  return toBase64(view);
}

/** As {@link pack64}, in 32 bits: exact for what was stored in 32 bits. */
export function pack32(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let index = 0; index < values.length; index += 1) view.setFloat32(index * 4, values[index] ?? 0, true);
  return toBase64(view);
}

/** As {@link pack64}, for bytes. */
export function pack8(values: Uint8Array): string {
  return toBase64(new DataView(values.buffer, values.byteOffset, values.byteLength));
}

/** Undoes {@link pack64}. Throws when there are not `length` numbers, if that is given. */
export function unpack64(text: string, length?: number): Float64Array {
  const view = fromBase64(text, 8, length);
  return Float64Array.from({ length: view.byteLength / 8 }, (_, index) => view.getFloat64(index * 8, true));
}

/** Undoes {@link pack32} in the same way. */
export function unpack32(text: string, length?: number): Float32Array {
  const view = fromBase64(text, 4, length);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

/** Undoes {@link pack8} in the same way. */
export function unpack8(text: string, length?: number): Uint8Array {
  return new Uint8Array(fromBase64(text, 1, length).buffer);
}

/** The number of arguments that a call takes in any engine. */
const charactersAtOnce = 8_192;

function toBase64({ buffer, byteOffset, byteLength }: DataView): string {
  let binary = '';
  for (let from = 0; from < byteLength; from += charactersAtOnce) {
    const part = new Uint8Array(buffer, byteOffset + from, Math.min(charactersAtOnce, byteLength - from));
    // Not spread, which would iterate number by number. A call takes any array-like object.
    binary += String.fromCharCode.apply(undefined, part as unknown as number[]);
  }
  return btoa(binary);
}

function fromBase64(text: string, width: number, length?: number): DataView {
  const binary = atob(text);
  const wanted = length === undefined ? Math.floor(binary.length / width) * width : length * width;
  if (binary.length !== wanted) throw new RangeError(`packed numbers have ${binary.length} bytes instead of ${wanted}`);
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let index = 0; index < binary.length; index += 1) view.setUint8(index, binary.charCodeAt(index));
  return view;
}
