import { writeFileSync } from 'node:fs';
import { CONTROLLER_JOBS, controllerJobs } from './controller-jobs.ts';

writeFileSync(CONTROLLER_JOBS, controllerJobs());
