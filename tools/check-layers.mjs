// Holds every import against the layers (apps → kit and plugins → domain → contracts → base), against the dependencies that
// the package declares, and against circles: of files anywhere, of folders in the domain. Imports of types count too.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { circlesOf, groupedBy } from './import-circles.mjs';

const allowed = {
  base: [],
  contract: ['base', 'contract'],
  domain: ['base', 'contract', 'domain'],
  runtime: ['base'],
  'plugin-kit': ['base', 'contract', 'domain', 'runtime', 'plugin-kit'],
  plugin: ['base', 'contract', 'domain', 'runtime', 'plugin-kit'],
  kit: ['base', 'contract', 'domain', 'runtime', 'kit'],
  app: ['base', 'contract', 'domain', 'runtime', 'plugin', 'plugin-kit', 'kit'],
  composition: ['base', 'contract', 'kit', 'app'],
  testing: ['base', 'contract', 'domain', 'runtime', 'plugin', 'plugin-kit', 'kit'],
};
/** Packages that are one app's own: what others need of them belongs into a package that all may see. */
const owners = { '@cortex/decision': '@cortex-app/decision' };
/** What a composition of apps may take of each. */
const composed = /\/(service|fit-worker|action-worker)$/;
const impure = /^(node:|@nats-io\/|undici$|fastify|pino$|execa$)/;
const imported = /\b(?:from\s+|import\s+|import\()'((?:\.{1,2}\/[^']+)|(?:@[a-z-]+\/)?[a-z][\w.:/-]*)'/g;
const isTest = (path) => /\.test\.tsx?$|\/src\/test\//.test(path);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const problems = [];
const packages = new Map();
const { devDependencies: ofEveryTest } = readJson('package.json');

for (const kind of ['libs', 'apps']) {
  for (const folder of readdirSync(kind)) {
    const root = join(kind, folder);
    const { name, nx, dependencies = {}, devDependencies = {} } = readJson(join(root, 'package.json'));
    const layer = nx.tags.find((tag) => tag.startsWith('layer:')).slice('layer:'.length);
    packages.set(name, { root, layer, dependencies, devDependencies });
  }
}

function* sourcesUnder(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sourcesUnder(path);
    else if (/\.(tsx?|mjs)$/.test(name)) yield path;
  }
}

/** By file: what it imports by relative path, as paths from the root, and what by the name of a package. */
function importsUnder(...folders) {
  const paths = folders.flatMap((folder) => [...sourcesUnder(folder)]);
  return new Map(
    paths.map((path) => {
      const specifiers = [...readFileSync(path, 'utf8').matchAll(imported)].map(([, specifier]) => specifier);
      const relative = specifiers.filter((specifier) => specifier.startsWith('.'));
      const files = new Set(relative.map((specifier) => join(dirname(path), specifier)));
      return [path, { files, named: specifiers.filter((specifier) => !specifier.startsWith('.')) }];
    }),
  );
}

const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
const filesOf = (imports) => new Map([...imports].map(([path, { files }]) => [path, files]));

/** Files under these folders import, by path, each other alone, and not in a circle. */
function checkPaths(imports, ...folders) {
  for (const [path, { files }] of imports) {
    for (const file of files) {
      if (folders.some((folder) => file.startsWith(folder + sep))) continue;
      problems.push(`${path}: reaches into another package by path, instead of what it exports (${file})`);
    }
  }
  for (const circle of circlesOf(filesOf(imports))) problems.push(`files in a circle of imports: ${circle.join(', ')}`);
}

/** Folders right below `source`, and the files there, import each other in one direction. */
function checkFolders(imports, source) {
  const sources = new Map([...filesOf(imports)].filter(([path]) => !isTest(path)));
  const circles = circlesOf(groupedBy(sources, (path) => path.split(sep, source.split(sep).length + 1).join(sep)));
  for (const circle of circles) problems.push(`folders in a circle of imports: ${circle.join(', ')}`);
}

for (const [name, { root, layer, dependencies, devDependencies }] of packages) {
  const used = new Set();
  const source = join(root, 'src');
  const imports = importsUnder(source);
  checkPaths(imports, source);
  if (layer === 'domain') checkFolders(imports, source);
  for (const [path, { named }] of imports) {
    const declared = isTest(path) ? { ...ofEveryTest, ...devDependencies, ...dependencies } : dependencies;
    for (const specifier of named) {
      const packageName = packageOf(specifier);
      const target = packages.get(packageName);
      used.add(packageName);
      if (packageName !== name && !specifier.startsWith('node:') && !Object.hasOwn(declared, packageName)) {
        problems.push(`${path}: ${packageName} is not among the dependencies of ${name}`);
      }
      if (target?.layer === 'app' && !(layer === 'composition' && composed.test(specifier))) {
        problems.push(`${path}: nobody imports an app (${specifier})`);
      }
      if (target && !isTest(path) && !allowed[layer].includes(target.layer)) {
        problems.push(`${path}: ${layer} must not import ${target.layer} (${packageName})`);
      }
      if (target && !isTest(path) && specifier.endsWith('/testing')) {
        problems.push(`${path}: only tests and tools import ${specifier}`);
      }
      if (!isTest(path) && ['base', 'contract', 'domain'].includes(layer) && impure.test(specifier)) {
        problems.push(`${path}: ${layer} does no I/O, but imports ${specifier}`);
      }
      if (owners[packageName] && name !== packageName && name !== owners[packageName]) {
        problems.push(`${path}: only ${owners[packageName]} imports ${packageName}`);
      }
      if (specifier.startsWith('@nats-io/') && name !== '@cortex/bus') {
        problems.push(`${path}: only @cortex/bus talks to NATS`);
      }
    }
  }
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!used.has(dependency)) problems.push(`${root}/package.json: nothing in src imports ${dependency}`);
  }
}

// What stands outside of the packages may import any of them, but only what it exports: of an app, its page in the docs, the app
// itself where the simulation starts it, and the words of `cortex explain` for their goldens.
const outsideFolders = ['deploy', 'test', 'tools'];
const outside = importsUnder(...outsideFolders);
checkPaths(outside, ...outsideFolders);
for (const [path, { named }] of outside) {
  for (const specifier of named) {
    if (packages.get(packageOf(specifier))?.layer !== 'app' || specifier.endsWith('/docs')) continue;
    if (specifier.endsWith('/app') && path.startsWith('test/unit/simulation/')) continue;
    if (specifier.endsWith('/explain') && path.startsWith('test/unit/explain/')) continue;
    problems.push(`${path}: of an app only /docs is imported, and /app by the simulation (${specifier})`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`layers: ${packages.size} packages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
