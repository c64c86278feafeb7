/** Warnings of `rules check` that somebody has looked at and means to have: the `accepted` section, each with its reason. */
import { fieldsOf, itemsOf, oneOf, type Place, type RuleSetDocument, report, textOf } from '../document.ts';
import { FINDING_KINDS, type FindingKind, type Findings, type RuleSetFinding } from './findings.ts';

export interface Accepted {
  readonly finding: FindingKind;
  /** Id or name of what it is about. */
  readonly about: string;
  readonly place: Place;
}

export function readAccepted(document: RuleSetDocument, place: Place | null): readonly Accepted[] {
  return itemsOf(document, place).flatMap((item) => {
    const fields = fieldsOf(document, item, { required: ['finding', 'about', 'because'] });
    const finding = oneOf(document, fields?.get('finding') ?? null, FINDING_KINDS);
    const about = textOf(document, fields?.get('about') ?? null);
    const because = fields?.get('because') ?? null;
    if (because !== null && textOf(document, because)?.trim() === '')
      report(document, because, { message: 'say why it is meant to be so' });
    return finding === null || about === null ? [] : [{ finding, about, place: item }];
  });
}

/** Errors stay; what is accepted and not found any more is told, so that the list does not outlive its reasons. */
export function withoutAccepted(findings: Findings, accepted: readonly Accepted[]): readonly RuleSetFinding[] {
  const isMeant = (finding: RuleSetFinding, one: Accepted): boolean =>
    finding.severity === 'WARNING' && finding.kind === one.finding && finding.about === one.about;
  for (const one of accepted.filter((each) => !findings.found.some((finding) => isMeant(finding, each)))) {
    const message = `there is no warning ${one.finding} about "${one.about}" any more; take it out of "accepted"`;
    findings.add(one.place, { kind: 'ACCEPTED_IN_VAIN', severity: 'WARNING', about: one.about, message });
  }
  return findings.found.filter((finding) => !accepted.some((one) => isMeant(finding, one)));
}
