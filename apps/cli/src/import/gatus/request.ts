import { leftOut } from './note.ts';
import type { Note } from './note.ts';
import type { GatusEndpoint } from './read-endpoint.ts';
import { plainText, readTemplate, withReferences } from './template.ts';

/** A secret from the Gatus file, and the variable that must hold it now. */
export interface MovedSecret {
  readonly variable: string;
  readonly header: string;
}

export type Filled =
  | { readonly text: string; readonly variables: readonly string[]; readonly moved?: MovedSecret }
  | { readonly note: Note };

const secretName = /auth|cookie|token|secret|password|api-?key|credential|signature/i;
const unreadable = 'it has a $ or {{ that Cortex would read in another way';

/** A header for the check. A possible secret is never written into the configuration, but into a variable. */
export function headerText(endpoint: GatusEndpoint, name: string, value: string): Filled {
  const at = [...endpoint.path, 'headers', name];
  const template = readTemplate(value);
  const text = template === undefined ? undefined : withReferences(template);
  if (template === undefined || text === undefined) {
    return { note: leftOut(at, `header ${name}`, unreadable, 'write the header by hand') };
  }
  if (template.variables.length > 0 || !secretName.test(name)) return { text, variables: template.variables };
  const number = Number(endpoint.path.at(-1)) + 1;
  const variable = `GATUS_${number}_${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .slice(0, 60)}`;
  return { text: `env:${variable}`, variables: [variable], moved: { variable, header: name } };
}

/** The body of the request, its placeholders filled and its variables turned into references. */
export function bodyText(endpoint: GatusEndpoint): Filled {
  const at = [...endpoint.path, 'body'];
  const refuse = (why: string): Filled => ({ note: leftOut(at, 'body', why, 'write the body by hand') });
  if (/\[(?:LOCAL_ADDRESS|RANDOM_STRING_\d+)\]/.test(endpoint.body)) return refuse('it is another one each time');
  const written = endpoint.body
    .replaceAll('[ENDPOINT_NAME]', () => endpoint.name)
    .replaceAll('[ENDPOINT_GROUP]', () => endpoint.group)
    .replaceAll('[ENDPOINT_URL]', () => endpoint.url);
  const template = readTemplate(written);
  if (template === undefined) return refuse(unreadable);
  if (endpoint.isGraphql) {
    const query = plainText(template);
    if (query === undefined) return refuse('a variable within a GraphQL query would have to be escaped');
    const text = JSON.stringify({ query });
    return text.includes('{{') ? refuse(unreadable) : { text, variables: [] };
  }
  const text = withReferences(template);
  return text === undefined ? refuse(unreadable) : { text, variables: template.variables };
}
