import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why the dependencies of this folder must be installed, in words; undefined when all are there as its lockfile says. */
export function whyInstall(folder) {
  if (!existsSync(join(folder, 'node_modules'))) return 'node_modules is missing';
  // npm writes it last: what it has installed, in the form of the lockfile.
  const record = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return 'the last install did not end';
  const installed = packagesOf(record);
  const wanted = packagesOf(join(folder, 'package-lock.json'));
  const differs = [...wanted].filter(([path, entry]) => !isThere(entry, installed.get(path))).map(([path]) => path);
  const surplus = [...installed.keys()].filter((path) => !wanted.has(path));
  const [first, ...others] = [...differs, ...surplus];
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `package-lock.json has changed since the last install (${first.replace(/^.*node_modules\//, '')}${more})`;
}

function packagesOf(lockfile) {
  const { packages = {} } = JSON.parse(readFileSync(lockfile, 'utf8'));
  // The first is the folder itself, which is never installed.
  return new Map(Object.entries(packages).filter(([path]) => path !== ''));
}

/** Optional packages of other platforms are left out by npm. */
function isThere(wanted, installed) {
  if (installed === undefined) return wanted.optional === true;
  return ['version', 'integrity', 'link'].every((key) => wanted[key] === installed[key]);
}
