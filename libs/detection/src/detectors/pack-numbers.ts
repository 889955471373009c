/** Numbers as base64 of their 64-bit form: exact, and half the size of their digits. */
export function packNumbers(values: ArrayLike<number>): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  for (let index = 0; index < values.length; index += 1) bytes.setFloat64(index * 8, values[index] ?? 0, true);
  return toBase64(bytes);
}

/** Undoes {@link packNumbers}. */
export function unpackNumbers(text: string): Float64Array {
  const bytes = fromBase64(text, 8);
  return Float64Array.from({ length: bytes.byteLength / 8 }, (_, index) => bytes.getFloat64(index * 8, true));
}

/** As {@link packNumbers}, for numbers that are 32 bits wide. */
export function packFloats(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  for (let index = 0; index < values.length; index += 1) bytes.setFloat32(index * 4, values[index] ?? 0, true);
  return toBase64(bytes);
}

/** Undoes {@link packFloats}. */
export function unpackFloats(text: string): Float32Array {
  const bytes = fromBase64(text, 4);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) => bytes.getFloat32(index * 4, true));
}

/** As {@link packNumbers}, for bytes. */
export function packBytes(values: Uint8Array): string {
  return toBase64(new DataView(values.buffer, values.byteOffset, values.byteLength));
}

/** Undoes {@link packBytes}. */
export function unpackBytes(text: string): Uint8Array {
  return new Uint8Array(fromBase64(text, 1).buffer);
}

function toBase64(bytes: DataView): string {
  let binary = '';
  for (let index = 0; index < bytes.byteLength; index += 1) binary += String.fromCharCode(bytes.getUint8(index));
  return btoa(binary);
}

function fromBase64(text: string, width: number): DataView {
  const binary = atob(text);
  if (binary.length % width !== 0) throw new RangeError('packed numbers end in the middle of one');
  const bytes = new DataView(new ArrayBuffer(binary.length));
  for (let index = 0; index < binary.length; index += 1) bytes.setUint8(index, binary.charCodeAt(index));
  return bytes;
}
