export { explanationOf } from './explanation.ts';
export { explanationText } from './render-text.ts';
