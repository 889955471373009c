import { searchTest } from './search-test.ts';

searchTest(991);
