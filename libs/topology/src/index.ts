export { dependantsOf, dependenciesOf } from './dependencies.ts';
export { isDown } from './is-down.ts';
