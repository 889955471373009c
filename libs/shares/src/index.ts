export { shareOut } from './share-out.ts';
export type { Share, SharedOut, ShareOptions, ShareWork } from './ports.ts';
