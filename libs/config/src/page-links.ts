import type { Contact, CortexConfiguration } from '@cortex/contracts';
import type { ConfigurationInputs } from './configuration-inputs.ts';
import { loadYaml } from './load-yaml.ts';
import type { Problem } from './problem.ts';
import { Report } from './report.ts';

/** What is doubtful about the links in pages: pages leave this machine, and their links lead to where readers cannot go. */
export function checkPageLinks(
  { contacts, console: { host, port, publicUrl } }: Pick<CortexConfiguration, 'contacts' | 'console'>,
  { entry, readFile }: Pick<ConfigurationInputs, 'entry' | 'readFile'>,
): readonly Problem[] {
  const leaving = contacts.find((contact) => contact.channels.some((channel) => !staysHere(channel)));
  const source = loadYaml(entry, readFile, new Report(), '');
  if (leaving === undefined || source === undefined) return [];
  const report = new Report();
  const fix =
    'set console.public_url to the address under which people reach the console, such as https://cortex.example.org';
  const warn = (message: string): void =>
    report.add(source, ['console', 'public_url'], 'CORTEX_CONFIG_PAGE_LINK', message, fix);
  if (publicUrl !== undefined) {
    const { hostname } = new URL(publicUrl);
    if (isOnlyHere(hostname)) {
      warn(
        `public_url leads to ${hostname}, which is another machine for whoever reads the pages of "${leaving.name}"`,
      );
    }
  } else if (port === 0) {
    warn(`the pages of "${leaving.name}" have no link: the console has no fixed port, and public_url is missing`);
  } else if (isOnlyHere(host)) {
    warn(
      `the pages of "${leaving.name}" link to ${host}:${port}, which only this machine reaches: public_url is missing`,
    );
  }
  return report.problems();
}

/** The log, and receivers on this machine. */
function staysHere({ type, params }: Contact['channels'][number]): boolean {
  if (type === 'log') return true;
  const { url } = params;
  return typeof url === 'string' && URL.canParse(url) && isOnlyHere(new URL(url).hostname);
}

/** Loopback, or an address that is none to connect to. */
function isOnlyHere(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return /^127(?:\.\d+){3}$/.test(name) || ['localhost', '::1', '0.0.0.0', '::'].includes(name);
}
