export { explanationOf } from './explanation.ts';
export { explanationText, recordText, summaryText } from './render-text.ts';
