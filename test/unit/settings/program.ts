import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** Every source that runs in production: no tests, and nothing made for them. Absolute paths. */
function sources(): readonly string[] {
  return ['libs', 'apps'].flatMap((kind) =>
    readdirSync(kind)
      .filter((name) => name !== 'testing')
      .flatMap((name) =>
        readdirSync(join(kind, name, 'src'), { recursive: true, encoding: 'utf8' })
          .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|(^|\/)(test|testing|test-data)\//.test(path))
          .map((path) => resolve(kind, name, 'src', path)),
      ),
  );
}

/** The whole of Cortex with its types. `edit` changes sources as they are read; files that it leaves alone come from `before`. */
export function loadProgram(edit: (path: string, text: string) => string = (_, text) => text, before?: ts.Program) {
  const { config } = ts.readConfigFile('tsconfig.base.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
  const settings: ts.CompilerOptions = { ...options, noEmit: true, composite: false, emitDeclarationOnly: false };
  const host = ts.createCompilerHost(settings);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => {
    const text = readFile(path);
    return text === undefined ? undefined : edit(path, text);
  };
  return ts.createProgram(sources(), settings, host, before);
}

/** The sources of a folder of the repository. */
export function filesIn(program: ts.Program, folder: string): readonly ts.SourceFile[] {
  const prefix = `${resolve(folder)}/`;
  return program.getSourceFiles().filter(({ fileName }) => resolve(fileName).startsWith(prefix));
}

/**
 * The declarations of all properties of these names that are read in these files: by `x.name` or `{ name } = x`. A write, a
 * spread of the whole and a text that happens to be equal are no reads.
 */
export function declarationsRead(
  program: ts.Program,
  files: readonly ts.SourceFile[],
  names: ReadonlySet<string>,
): ReadonlySet<ts.Declaration> {
  const checker = program.getTypeChecker();
  const read = new Set<ts.Declaration>();
  const note = (symbol: ts.Symbol | undefined): void => {
    for (const declaration of symbol?.declarations ?? []) read.add(declaration);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && names.has(node.name.text)) {
      note(checker.getSymbolAtLocation(node.name));
    } else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name) && names.has(name.text)) {
        note(checker.getTypeAtLocation(node.parent).getProperty(name.text));
      }
    }
    ts.forEachChild(node, visit);
  };
  // Types are made as they are asked for: a file that has none of the names costs nothing.
  for (const file of files) if ([...names].some((name) => file.text.includes(name))) visit(file);
  return read;
}
