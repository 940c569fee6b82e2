import { describeKilledAtEach } from './killed-each.ts';

describeKilledAtEach('after');
