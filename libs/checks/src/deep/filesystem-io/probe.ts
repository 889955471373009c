import type * as fileSystem from 'node:fs';

export interface ProbeRequest {
  readonly writeFile: string;
  readonly readFile: string;
  /** Each operation writes one block and waits until it is on disk. */
  readonly blockBytes: number;
  /** The file is as long as this many blocks, however many operations there are. */
  readonly blocks: number;
  readonly maxOperations: number;
  /** No operation begins after this long. */
  readonly maxMs: number;
}

export type ProbeAnswer =
  | { readonly status: 'done'; readonly operations: number; readonly tookMs: number }
  /** A file of another owner is where the probe's would be; it is not touched. */
  | { readonly status: 'foreign'; readonly path: string }
  | { readonly status: 'differs'; readonly path: string }
  | { readonly status: 'failed'; readonly path: string; readonly step: string; readonly code: string };

/**
 * Writes a file of its own, block by block, each flushed; reads it back, compares, deletes it. Then the same with the
 * second file, with one block. Runs in a process of its own, so it may use nothing but its arguments, and has no
 * functions inside: it is handed over as source.
 */
export function probe(fs: typeof fileSystem, request: ProbeRequest): ProbeAnswer {
  const mark = 'cortex health check\n';
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;
  let [operations, tookMs] = [0, 0];
  let [path, step] = ['', ''];
  let file: number | undefined;
  try {
    for (const isFirst of [true, false]) {
      path = isFirst ? request.writeFile : request.readFile;
      if (!isFirst && path === request.writeFile) break;
      for (let attempt = 1; file === undefined; attempt += 1) {
        try {
          step = 'look at';
          const old = fs.lstatSync(path, { throwIfNoEntry: false });
          if (old !== undefined) {
            // The file of an earlier, interrupted probe. Its mark, its owner and its only name prove it.
            if (!old.isFile() || old.nlink !== 1 || old.uid !== process.getuid?.()) return { status: 'foreign', path };
            step = 'read';
            const oldFile = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
            const start = Buffer.alloc(mark.length);
            const length = fs.readSync(oldFile, start, 0, start.length, 0);
            fs.closeSync(oldFile);
            if (start.toString('latin1', 0, length) !== mark.slice(0, length)) return { status: 'foreign', path };
            step = 'delete';
            fs.unlinkSync(path);
          }
          step = 'create';
          file = fs.openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
        } catch (error) {
          const code = error instanceof Error && 'code' in error ? error.code : undefined;
          // Another probe of the same name came in between.
          const isRace = step === 'create' ? code === 'EEXIST' : code === 'ENOENT';
          if (!isRace || attempt >= 20) throw error;
        }
      }
      const own = fs.fstatSync(file);
      const block = Buffer.alloc(request.blockBytes, `${process.pid} ${Date.now()} ${isFirst}\n`);
      block.write(mark, 0, 'latin1');
      const count = isFirst ? request.maxOperations : 1;
      const startedAt = performance.now();
      let written = 0;
      while (written < count && (written === 0 || performance.now() - startedAt < request.maxMs)) {
        step = 'write';
        fs.writeSync(file, block, 0, block.length, (written % request.blocks) * block.length);
        step = 'flush';
        fs.fsyncSync(file);
        written += 1;
      }
      if (isFirst) [operations, tookMs] = [written, performance.now() - startedAt];

      step = 'read';
      const back = Buffer.alloc(block.length);
      for (let index = 0; index < Math.min(written, request.blocks); index += 1) {
        const length = fs.readSync(file, back, 0, back.length, index * block.length);
        if (length !== block.length || !back.equals(block)) return { status: 'differs', path };
      }

      step = 'delete';
      // Another probe of the same name may have removed or replaced it by now.
      if (fs.lstatSync(path, { throwIfNoEntry: false })?.ino === own.ino) fs.rmSync(path, { force: true });
      fs.closeSync(file);
      file = undefined;
    }
    return { status: 'done', operations, tookMs };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { status: 'failed', path, step, code };
  } finally {
    if (file !== undefined) {
      // The disk may be full: nothing is left behind. The path is ours, because O_EXCL created it.
      try {
        if (fs.lstatSync(path).ino === fs.fstatSync(file).ino) fs.unlinkSync(path);
      } catch {
        // The problem is reported already: the file system does not work.
      }
      try {
        fs.closeSync(file);
      } catch {
        // The process ends with it.
      }
    }
  }
}
