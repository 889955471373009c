export { dependantsOf, dependenciesOf } from './dependencies.ts';
export { isDown } from './is-down.ts';
export { outTogether } from './out-together.ts';
export type { ServiceNow } from './out-together.ts';
