import { busFeatures } from './test/features.ts';
import { startNatsSite } from './test/nats-site.ts';

busFeatures(startNatsSite);
