import { busFeatures } from '../test/features.ts';
import { startMemorySite } from '../test/memory-site.ts';

busFeatures(startMemorySite);
