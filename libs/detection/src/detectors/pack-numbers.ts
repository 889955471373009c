/** Numbers as base64 of their 64-bit form: exact, and half the size of their digits. */
export function packNumbers(values: Float64Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  for (const [index, value] of values.entries()) bytes.setFloat64(index * 8, value, true);
  let binary = '';
  for (let index = 0; index < bytes.byteLength; index += 1) binary += String.fromCharCode(bytes.getUint8(index));
  return btoa(binary);
}

/** Undoes {@link packNumbers}. */
export function unpackNumbers(text: string): Float64Array {
  const binary = atob(text);
  if (binary.length % 8 !== 0) throw new RangeError('packed numbers end in the middle of one');
  const bytes = new DataView(new ArrayBuffer(binary.length));
  for (let index = 0; index < binary.length; index += 1) bytes.setUint8(index, binary.charCodeAt(index));
  return Float64Array.from({ length: binary.length / 8 }, (_, index) => bytes.getFloat64(index * 8, true));
}
