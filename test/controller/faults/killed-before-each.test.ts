import { describeKilledAtEach } from './killed-each.ts';

describeKilledAtEach('before');
