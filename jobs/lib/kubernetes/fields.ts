import { isRecord } from './object.ts';

/** A part of an object, whose fields may be anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a value; none of one that has no fields. */
export const fieldsOf = (value: unknown): Fields => (isRecord(value) ? value : {});

/** The items of a list; none of what is no list. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The items of a list that have fields. */
export const recordsOf = (value: unknown): readonly Fields[] => itemsOf(value).filter(isRecord);
