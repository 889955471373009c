// Holds every import of the packages against the layers (apps → kit and plugins → domain → contracts) and against the
// dependencies that the package declares.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const allowed = {
  contract: [],
  domain: ['contract', 'domain'],
  runtime: [],
  'plugin-kit': ['contract', 'domain', 'runtime', 'plugin-kit'],
  plugin: ['contract', 'domain', 'runtime', 'plugin-kit'],
  kit: ['contract', 'domain', 'runtime', 'kit'],
  app: ['contract', 'domain', 'runtime', 'plugin', 'plugin-kit', 'kit'],
  testing: ['contract', 'domain', 'runtime', 'plugin', 'plugin-kit', 'kit'],
};
const impure = /^(node:|@nats-io\/|undici$|fastify|pino$|execa$)/;
const imported = /\b(?:from\s+|import\s+|import\()'((?:@[a-z-]+\/)?[a-z][\w.:/-]*)'/g;
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
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

for (const [name, { root, layer, dependencies, devDependencies }] of packages) {
  const used = new Set();
  for (const path of sourcesUnder(join(root, 'src'))) {
    const declared = isTest(path) ? { ...ofEveryTest, ...devDependencies, ...dependencies } : dependencies;
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(imported)) {
      const packageName = specifier.startsWith('@') ? specifier.split('/', 2).join('/') : specifier.split('/', 1)[0];
      const target = packages.get(packageName);
      used.add(packageName);
      if (packageName !== name && !specifier.startsWith('node:') && !Object.hasOwn(declared, packageName)) {
        problems.push(`${path}: ${packageName} is not among the dependencies of ${name}`);
      }
      if (target?.layer === 'app') problems.push(`${path}: nobody imports an app (${packageName})`);
      if (target && !isTest(path) && !allowed[layer].includes(target.layer)) {
        problems.push(`${path}: ${layer} must not import ${target.layer} (${packageName})`);
      }
      if (!isTest(path) && (layer === 'domain' || layer === 'contract') && impure.test(specifier)) {
        problems.push(`${path}: ${layer} does no I/O, but imports ${specifier}`);
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

for (const problem of problems) console.error(problem);
console.log(`layers: ${packages.size} packages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
