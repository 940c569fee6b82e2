import { drawRecorded } from './recorded.ts';

await drawRecorded();
