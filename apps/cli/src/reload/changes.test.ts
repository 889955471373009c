import { describe, expect, it } from 'vitest';
import { changesBetween, describeChanges } from './changes.ts';

function placed(folder: string, pidFile: string) {
  const process = { pidFile, startCommand: ['./run.sh'], cwd: folder };
  return { folder, configuration: { services: [{ name: 'shop', instances: [{ id: 'shop-1', process }] }] } };
}

describe('what a reload would change', () => {
  it('is told with the paths of each side, never with relative ones', () => {
    const changes = changesBetween(placed('/site', '/run/shop.pid'), placed('/site', '/site/run/shop.pid'));
    expect(describeChanges(changes)).toContain('"/run/shop.pid" → "/site/run/shop.pid"');
  });

  it('is nothing where the whole folder lies elsewhere, as in a container', () => {
    expect(changesBetween(placed('/config', '/config/run/shop.pid'), placed('/site', '/site/run/shop.pid'))).toEqual(
      [],
    );
  });

  it('counts a text of the user that looks like such a path', () => {
    const after = placed('/site', './run/shop.pid');
    expect(changesBetween(placed('/config', '/config/run/shop.pid'), after)).toHaveLength(1);
  });
});
