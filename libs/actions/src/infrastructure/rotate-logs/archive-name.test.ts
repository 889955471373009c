import { describe, expect, it } from 'vitest';
import {
  archiveStamp,
  archiveTag,
  archivesOf,
  formatArchiveName,
  isLiveLog,
  parseArchiveName,
  partialName,
  partialsOf,
} from './archive-name.ts';

const at = new Date('2026-03-02T10:00:00.123Z');
const name = (stamp: Date, isCompressed = true, log = 'shop.log') =>
  formatArchiveName({ log, stamp: archiveStamp(stamp), tag: archiveTag('execution-1'), isCompressed });

describe('the name of an archive', () => {
  it.each([true, false])('is read back as it was written (compressed: %s)', (isCompressed) => {
    const written = name(at, isCompressed);
    expect(written).toMatch(/^shop\.log\.20260302T100000Z-[0-9a-f]{12}/);
    expect(parseArchiveName(written)).toMatchObject({ log: 'shop.log', stamp: '20260302T100000Z', isCompressed });
  });

  it('puts the newest first, whether compressed or not, and knows its log', () => {
    const [old, middle, young] = [name(at), name(new Date(at.getTime() + 1_000), false), name(new Date('2027-01-01'))];
    const others = ['shop.log', 'shop.log.1', 'shop.log.2.gz', name(at, true, 'other.log'), `${old}.partial`];
    expect(archivesOf('shop.log', [middle, ...others, young, old])).toEqual([young, middle, old]);
  });

  it('leads an execution to what it left unfinished, and to nothing else', () => {
    const [tag, left] = [archiveTag('execution-1'), partialName(name(at))];
    expect(partialsOf('shop.log', tag, [left, name(at), 'shop.log.partial'])).toEqual([left]);
    expect(partialsOf('shop.log', archiveTag('execution-2'), [left])).toEqual([]);
    expect(partialsOf('other.log', tag, [left])).toEqual([]);
  });
});

describe('a live log', () => {
  it.each(['shop.log', 'syslog', 'messages', 'access_log', 'shop-2026-03-02.log'])('is %s', (log) => {
    expect(isLiveLog(log)).toBe(true);
  });

  it.each([
    'shop.log.1',
    'shop.log.2.gz',
    'a.zst',
    'wtmp',
    'lastlog',
    'system.journal',
    name(at),
    partialName(name(at)),
  ])('is not %s', (log) => {
    expect(isLiveLog(log)).toBe(false);
  });
});
