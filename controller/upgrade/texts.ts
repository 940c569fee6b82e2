/** How a person lets an upgrade go on after a stop. */
export const resumeText = (name: string, resume: string | number): string =>
  `To go on: kubectl patch calicoupgrade ${name} --type merge -p '{"spec":{"resume":"${nextResume(resume)}"}}'`;

const nextResume = (resume: string | number): string => String(Number(resume) >= 0 ? Number(resume) + 1 : 1);

/** How a person agrees to a step; `approvals` are those that were agreed to before. */
export function approvalText(name: string, step: string, approvals: readonly string[]): string {
  const all = [...approvals, step].map(one => `"${one}"`).join(',');
  return `To agree: kubectl patch calicoupgrade ${name} --type merge -p '{"spec":{"approvals":[${all}]}}'`;
}
