/** Path arithmetic on texts, so that this library needs no file system. `/` separates, as on every Cortex host. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

/** Resolves a path against a folder: absolute paths stay, `.` and `..` are worked out. */
export function resolvePath(folder: string, path: string): string {
  const joined = path.startsWith('/') ? path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !joined.startsWith('/')) parts.push(part);
  }
  const resolved = parts.join('/');
  if (joined.startsWith('/')) return `/${resolved}`;
  return resolved === '' ? '.' : resolved;
}
