import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { picture } from './picture.ts';
import { type Recording, recordingSchema } from './recording.ts';

const DIRECTORY = join(import.meta.dirname, '../recorded');

export const RECORDED = {
  data: join(DIRECTORY, 'rollout.json'),
  log: join(DIRECTORY, 'rollout.txt'),
  picture: join(DIRECTORY, 'rollout.svg'),
};

/** The recorded run that the README shows. */
export async function readRecording(): Promise<Recording> {
  return v.parse(recordingSchema, JSON.parse(await readFile(RECORDED.data, 'utf8')));
}

/** Draws the picture of the recorded run anew. */
export async function drawRecorded(): Promise<void> {
  await writeFile(RECORDED.picture, picture(await readRecording()));
}
