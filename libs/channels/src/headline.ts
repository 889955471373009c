import type { Page } from './define-channel.ts';

/** One line that says what a page is about. */
export function headlineOf({ kind, severity, service, title, urgent }: Page): string {
  const about = `[${severity}] ${service}: ${title}`;
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
