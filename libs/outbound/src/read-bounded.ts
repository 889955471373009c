/** Reads at most `maxBytes` of a stream as UTF-8, then leaves it. */
export async function readBounded(
  stream: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  let isWhole = true;
  for await (const chunk of stream) {
    chunks.push(chunk.subarray(0, maxBytes - length));
    length += chunk.length;
    if (length > maxBytes) {
      isWhole = false;
      break;
    }
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isWhole };
}
