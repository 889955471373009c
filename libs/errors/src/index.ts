export { messageOf } from './message-of.ts';
