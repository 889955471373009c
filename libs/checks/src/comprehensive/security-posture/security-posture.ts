import { CortexError } from '@cortex/errors';
import { isOutboundRefusal } from '@cortex/outbound';
import { z } from 'zod';
import { DurationAbove, DurationBelow } from '../../bound.ts';
import type { Bound } from '../../bound.ts';
import { causeOf } from '../../cause-of.ts';
import { defineCheck } from '../../define-check.ts';
import type { CheckContext } from '../../define-check.ts';
import { AbsolutePath } from '../../params.ts';
import { judgeCertificate } from './certificates.ts';
import { judgeAge, unknown } from './finding.ts';
import type { Finding } from './finding.ts';
import { newestReport } from './scan-reports.ts';
import { DatedSecret, rotatedAt, secretName } from './secret-age.ts';

/** `expiry > 30_days`: the limit behind the word. */
function limitOf<Limit extends z.ZodType<Bound, string>>(word: string, limit: Limit) {
  return z
    .string()
    .max(80)
    .refine((text) => new RegExp(`^\\s*${word}\\s*[<>]`).test(text), `must begin with "${word} <" or "${word} >"`)
    .transform((text) => text.replace(word, '').trim())
    .pipe(limit);
}

/** A host with its port, or the absolute path of a PEM file. */
const CertificatePlace = z
  .string()
  .min(1)
  .max(4_096)
  .refine(
    (text) => text.startsWith('/') || (/^[^\s/?#@]+$/.test(text) && URL.canParse(`https://${text}`)),
    'must be host:port or an absolute path',
  );

const Params = z
  .strictObject({
    check_certificates: limitOf('expiry', DurationAbove).optional().describe('`expiry > 30_days`'),
    certificates: z
      .array(CertificatePlace)
      .min(1)
      .max(100)
      .optional()
      .describe('`host:port` or `/path/of.pem`. Default: port 443 of the instance.'),
    check_secrets_rotation: limitOf('age', DurationBelow).optional().describe('`age < 90_days`'),
    secrets: z
      .array(DatedSecret)
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Files (by their date), `{ name, rotated_at }`, or `{ kubernetes_secret, namespace }`. Their content is not read.',
      ),
    check_vulnerability_scan: limitOf('age', DurationBelow).optional().describe('`age < 7_days`'),
    scan_reports: AbsolutePath.optional().describe(
      'Where reports of Trivy, Grype and others are: a file, a folder, or `/folder/*.json`. The newest counts.',
    ),
  })
  .refine(
    (params) =>
      params.check_certificates !== undefined ||
      params.check_secrets_rotation !== undefined ||
      params.check_vulnerability_scan !== undefined,
    'say at least one of check_certificates, check_secrets_rotation, check_vulnerability_scan',
  );
type Params = z.output<typeof Params>;

/** Spec 2.3. */
export const securityPosture = defineCheck({
  name: 'security_posture',
  summary: 'Certificates are far from expiry, secrets are rotated, and the last scan for vulnerabilities is young',
  tier: 'comprehensive',
  params: Params,
  failures: [
    'the certificate of … expires in … days, expected …',
    'the certificate of … expired … days ago, expected …',
    'the certificate of …: there is no certificate in it',
    'secret … is … days old, expected …',
    'secret …: its date lies in the future: …',
    'the newest scan report … is … days old, expected …',
    'scan reports at …: there are none',
  ],
  example: `name: shop-posture
type: security_posture
service: shop
check_certificates: expiry > 30_days
certificates: ['shop.example:443', /etc/ssl/shop.pem]
check_secrets_rotation: age < 90_days
secrets:
  - /etc/shop/token
  - { name: payment key, rotated_at: '2026-01-31' }
  - { kubernetes_secret: shop-db, namespace: prod }
check_vulnerability_scan: age < 7_days
scan_reports: /var/lib/scans/*.json`,
  async run(params, context) {
    const nowMs = Date.now();
    const [certificates, secrets, reports] = await Promise.all([
      lookAtCertificates(params, context, nowMs),
      lookAtSecrets(params, context, nowMs),
      lookAtReports(params, nowMs),
    ]);
    const found = [...certificates, ...secrets, ...reports];
    const broken = found.filter(({ isSound }) => !isSound);
    const evidence = {
      ...extreme('soonestExpiryDays', certificates, Math.min),
      ...extreme('oldestSecretDays', secrets, Math.max),
      ...extreme('scanAgeDays', reports, Math.max),
    };
    const shown = broken.length > 0 ? broken : found;
    return { passed: broken.length === 0, detail: shown.map(({ detail }) => detail).join('; '), evidence };
  },
});

async function lookAtCertificates(
  { check_certificates: bound, certificates }: Params,
  { facts, signal, outbound }: CheckContext,
  nowMs: number,
): Promise<readonly Finding[]> {
  if (bound === undefined) return [];
  const places = certificates ?? [facts.host.includes(':') ? `[${facts.host}]` : facts.host];
  return Promise.all(places.map((place) => judgeCertificate(place, { bound, nowMs, signal, outbound })));
}

async function lookAtSecrets(
  { check_secrets_rotation: bound, secrets }: Params,
  context: CheckContext,
  nowMs: number,
): Promise<readonly Finding[]> {
  if (bound === undefined) return [];
  if (secrets === undefined) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'no secrets are named: say secrets');
  return Promise.all(
    secrets.map(async (secret) => {
      const name = `secret ${secretName(secret)}`;
      try {
        return judgeAge(name, await rotatedAt(secret, context), nowMs, bound);
      } catch (error) {
        if (context.signal.aborted || isOutboundRefusal(error)) throw error;
        return unknown(name, causeOf(error));
      }
    }),
  );
}

async function lookAtReports(
  { check_vulnerability_scan: bound, scan_reports: place }: Params,
  nowMs: number,
): Promise<readonly Finding[]> {
  if (bound === undefined) return [];
  if (place === undefined)
    throw new CortexError('CORTEX_CHECK_NOT_MADE', 'no reports of scans are named: say scan_reports');
  try {
    const report = await newestReport(place);
    if (report === undefined) return [unknown(`scan reports at ${place}`, 'there are none')];
    return [judgeAge(`the newest scan report ${report.path}`, report.scannedAt, nowMs, bound)];
  } catch (error) {
    return [unknown(`scan reports at ${place}`, causeOf(error))];
  }
}

function extreme(
  key: string,
  findings: readonly Finding[],
  pick: (...days: readonly number[]) => number,
): Readonly<Record<string, number>> {
  const days = findings.flatMap((finding) => finding.days ?? []);
  return days.length === 0 ? {} : { [key]: pick(...days) };
}
