import { apiPrefix, endpoints, type Endpoint } from '@cortex/api';
import { nearestName } from '@cortex/conditions';
import { ApiProblem } from './problems.ts';

const served: readonly Endpoint[] = Object.values(endpoints);

/** Says what is there instead: another method of the path, or the nearest path. */
export function unknownRoute(method: string, path: string): ApiProblem {
  const fitting = served.filter((endpoint) => fits(endpoint, path)).map((endpoint) => endpoint.method);
  if (!path.startsWith(`${apiPrefix}/`)) return notHere(method, path);
  const below = (whole: string): string => whole.slice(apiPrefix.length);
  const nearest = nearestName(
    below(path),
    served.map((endpoint) => below(pathLike(endpoint, path))),
  );
  return new ApiProblem(
    'CORTEX_API_NOT_FOUND',
    `no route ${method} ${path}`,
    fitting.length === 0 ? 'the API does not have this path' : `this path takes ${[...new Set(fitting)].join(', ')}`,
    fitting.length === 0 && nearest !== undefined
      ? `did you mean ${apiPrefix}${nearest}? ${apiPrefix}/openapi.json has all routes`
      : `see ${apiPrefix}/openapi.json for all routes`,
  );
}

function notHere(method: string, path: string): ApiProblem {
  return new ApiProblem(
    'CORTEX_API_NOT_FOUND',
    `no route ${method} ${path}`,
    'this is neither the page nor the API',
    `the page is at /, the API below ${apiPrefix} (${apiPrefix}/openapi.json has all routes)`,
  );
}

function fits({ path }: Endpoint, asked: string): boolean {
  return pathLike({ path }, asked) === asked;
}

/** The path of a route, with what stands at the place of its parameters: those may be anything. */
function pathLike({ path }: Pick<Endpoint, 'path'>, asked: string): string {
  const given = asked.split('/');
  return `${apiPrefix}${path}`
    .split('/')
    .map((part, index) => (part.startsWith(':') ? given[index] || part : part))
    .join('/');
}
