const prime = 0x100000001b3n;
const mask = 0xffffffffffffffffn;
const separator = 0xff;

/** The fingerprint that Prometheus and Alertmanager give a set of labels: FNV-1a, 64 bits, in hexadecimal digits. */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).map((name) => Buffer.from(name));
  let hash = 0xcbf29ce484222325n;
  const add = (byte: number): void => {
    hash = ((hash ^ BigInt(byte)) * prime) & mask;
  };
  for (const name of names.sort(Buffer.compare)) {
    for (const part of [name, Buffer.from(labels[name.toString()] ?? '')]) {
      for (const byte of part) add(byte);
      add(separator);
    }
  }
  return hash.toString(16).padStart(16, '0');
}
