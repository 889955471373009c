import ts from 'typescript';
import { filesIn } from './program.ts';

const model = 'libs/contracts/src/model';
const schemas = 'libs/config/src/schema';

/** Each setting of the resolved configuration by its path, `playbooks[].safety.cooldownMs`, with where the model declares it. */
export function settingsOf(program: ts.Program): ReadonlyMap<string, ts.Declaration> {
  const checker = program.getTypeChecker();
  const files = filesIn(program, model);
  const settings = new Map<string, ts.Declaration>();
  /** Says whether the type has settings of its own; parameters of plugins and plain values have none. */
  const walk = (declared: ts.Type, path: string): boolean => {
    const type = checker.getNonNullableType(declared);
    if (checker.isArrayType(type)) {
      const [element] = checker.getTypeArguments(type as ts.TypeReference);
      return element !== undefined && walk(element, `${path}[]`);
    }
    if ((type.flags & ts.TypeFlags.Object) === 0) return false;
    const properties = type.getProperties().flatMap((property) => {
      const declaration = property.declarations?.find((one) => files.includes(one.getSourceFile()));
      return declaration === undefined ? [] : [{ property, declaration }];
    });
    for (const { property, declaration } of properties) {
      const at = path === '' ? property.name : `${path}.${property.name}`;
      if (!walk(checker.getTypeOfSymbol(property), at)) settings.set(at, declaration);
    }
    return properties.length > 0;
  };
  walk(configurationType(program), '');
  return settings;
}

function configurationType(program: ts.Program): ts.Type {
  for (const file of filesIn(program, model)) {
    const alias = file.statements.find(
      (one) => ts.isTypeAliasDeclaration(one) && one.name.text === 'CortexConfiguration',
    );
    if (alias !== undefined) return program.getTypeChecker().getTypeAtLocation(alias);
  }
  throw new Error(`no type CortexConfiguration in ${model}`);
}

/** Each key of the user's YAML, with where the schema that reads it declares it. */
export function keysOf(program: ts.Program): readonly ts.ObjectLiteralElementLike[] {
  const checker = program.getTypeChecker();
  const keys: ts.ObjectLiteralElementLike[] = [];
  const visit = (node: ts.Node): void => {
    const isProperty = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
    if (isProperty && checker.getTypeAtLocation(node.name).getProperty('_zod') !== undefined) keys.push(node);
    ts.forEachChild(node, visit);
  };
  for (const file of filesIn(program, schemas)) visit(file);
  return keys;
}

/** The texts in the sources that read the user's YAML: keys that are looked up by name. */
export function textsOf(program: ts.Program): ReadonlySet<string> {
  const texts = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) texts.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const file of readersOfYaml(program)) visit(file);
  return texts;
}

function readersOfYaml(program: ts.Program): readonly ts.SourceFile[] {
  const declaring = filesIn(program, schemas);
  return filesIn(program, 'libs/config/src').filter((file) => !declaring.includes(file));
}

/** What may give a setting its meaning: all but its declaration and its parsing. */
export function readersOfSettings(program: ts.Program): readonly ts.SourceFile[] {
  const parsing = new Set([...filesIn(program, model), ...filesIn(program, 'libs/config/src')]);
  return [...filesIn(program, 'libs'), ...filesIn(program, 'apps')].filter((file) => !parsing.has(file));
}
