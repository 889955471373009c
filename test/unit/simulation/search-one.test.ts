import { searchTest } from './search-test.ts';

searchTest(20_260_302);
