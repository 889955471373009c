/** Numbers as base64 of their little-endian 64-bit form: exact, and half the size of their digits. */
export function pack64(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (const [index, value] of values.entries()) view.setFloat64(index * 8, value, true);
  return toBase64(view);
}

/** As {@link pack64}, in 32 bits: exact for what was stored in 32 bits. */
export function pack32(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  return toBase64(view);
}

/** Undoes {@link pack64}. Throws when there are not `length` numbers. */
export function unpack64(text: string, length: number): Float64Array {
  const view = fromBase64(text, length * 8);
  return Float64Array.from({ length }, (_, index) => view.getFloat64(index * 8, true));
}

/** Undoes {@link pack32}. Throws when there are not `length` numbers. */
export function unpack32(text: string, length: number): Float32Array {
  const view = fromBase64(text, length * 4);
  return Float32Array.from({ length }, (_, index) => view.getFloat32(index * 4, true));
}

function toBase64(view: DataView): string {
  const codes = Array.from({ length: view.byteLength }, (_, index) => String.fromCharCode(view.getUint8(index)));
  return btoa(codes.join(''));
}

function fromBase64(text: string, bytes: number): DataView {
  const binary = atob(text);
  if (binary.length !== bytes) throw new RangeError(`packed numbers have ${binary.length} bytes instead of ${bytes}`);
  const view = new DataView(new ArrayBuffer(bytes));
  for (let index = 0; index < bytes; index += 1) view.setUint8(index, binary.charCodeAt(index));
  return view;
}
