export type Path = readonly (string | number)[];

/** `endpoints[3].client.timeout` */
export function showPath(path: Path): string {
  let shown = '';
  for (const segment of path) {
    if (typeof segment === 'number') shown += `[${segment}]`;
    else shown += shown === '' ? segment : `.${segment}`;
  }
  return shown;
}
