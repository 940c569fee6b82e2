/** Forms in which converted manifests are written. */
export const OUTPUT_FORMATS = ['yaml', 'json'] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
