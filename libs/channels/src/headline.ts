import type { Page } from './define-channel.ts';

/** One line that says what a page is about. */
export function headlineOf({ kind, severity, service, title, urgent }: Page): string {
  // Titles of Cortex begin with the service already; those of alerts need not.
  const about = `[${severity}] ${title.startsWith(`${service}: `) ? title : `${service}: ${title}`}`;
  switch (kind) {
    case 'resolved':
      return `✅ Resolved: ${about}`;
    case 'reminder':
      return `⏰ Nobody has answered: ${about}`;
    case 'test':
      return `Test: ${title}`;
    case 'update':
      return `${urgent ? '🚨 ' : ''}Update: ${about}`;
    case 'page':
      return `${urgent ? '🚨 ' : ''}${about}`;
    default: {
      const never: never = kind;
      return never;
    }
  }
}
