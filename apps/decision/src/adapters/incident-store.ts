import { BadEntryError } from '@cortex/bus';
import type { Archiving, Bucket, Bus, Entry, WriteResult } from '@cortex/bus';
import {
  type Incident,
  type IncidentRecord,
  archiveAfterMs,
  escapeToken,
  incidentArchiveBucket,
  incidentBucket,
  openIncidentBucket,
} from '@cortex/contracts';

type Pointer = { readonly incidentId: string };

/** The newest incident of a service, with the revisions that a write must stand on. */
export interface Loaded {
  readonly pointer: Entry<Pointer> | undefined;
  readonly entry: Entry<IncidentRecord> | undefined;
  /** Read just now, not remembered. */
  readonly isFresh: boolean;
  /** There is a record, and it cannot be read: it stays as it is, and the service gets another incident. */
  readonly isUnreadable?: boolean;
}

/**
 * Incident records and the pointer of each service to its newest one. What this process wrote itself is remembered, so
 * that an event on a known incident costs one write and no read.
 */
export class IncidentStore {
  readonly #records: Bucket<IncidentRecord>;
  readonly #pointers: Bucket<Pointer>;
  readonly #archive: Bucket<Incident>;
  readonly #now: () => Date;
  readonly #knownRecords = new Map<string, Entry<IncidentRecord>>();
  readonly #knownPointers = new Map<string, Entry<Pointer>>();
  #listed: { readonly mark: string; readonly newest: ReadonlyMap<string, number> } | undefined;

  static async open(bus: Bus, now: () => Date): Promise<IncidentStore> {
    return new IncidentStore(
      await bus.bucket(incidentBucket),
      await bus.bucket(openIncidentBucket),
      await bus.bucket(incidentArchiveBucket),
      now,
    );
  }

  private constructor(
    records: Bucket<IncidentRecord>,
    pointers: Bucket<Pointer>,
    archive: Bucket<Incident>,
    now: () => Date,
  ) {
    this.#records = records;
    this.#pointers = pointers;
    this.#archive = archive;
    this.#now = now;
  }

  /** Every service's newest incident, into memory; returns those that are there. */
  async loadAll(): Promise<readonly IncidentRecord[]> {
    const pointers = await this.#pointers.entries();
    const loaded: IncidentRecord[] = [];
    for (const pointer of pointers) {
      const { entry } = await this.#read(pointer.value.incidentId);
      if (entry === undefined) continue;
      this.#knownPointers.set(entry.value.incident.service, pointer);
      this.#knownRecords.set(entry.key, entry);
      loaded.push(entry.value);
    }
    return loaded;
  }

  /** How incidents leave for the archive. The newest of a service stays: the next signal is judged by it. */
  get archiving(): Pick<Archiving<IncidentRecord, Incident>, 'from' | 'to' | 'restMs' | 'isOver' | 'archived'> {
    return {
      from: this.#records,
      to: this.#archive,
      restMs: archiveAfterMs,
      isOver: async ({ incident: { id, service, status } }) =>
        status === 'resolved' && (await this.#pointers.get(escapeToken(service)))?.value.incidentId !== id,
      archived: ({ incident }) => incident,
    };
  }

  /** An old signal that is delivered again must not open its incident anew. */
  async isArchived(incidentId: string): Promise<boolean> {
    return (await this.#archive.get(incidentId)) !== undefined;
  }

  /** The revision of each service's newest incident, as it is stored now. */
  async newestRevisions(): Promise<ReadonlyMap<string, number>> {
    // Before the listing: what is written during it is seen by the next one.
    const mark = `${await this.#pointers.mark()} ${await this.#records.mark()}`;
    if (this.#listed?.mark === mark) return this.#listed.newest;
    const [pointers, versions] = [await this.#pointers.entries(), await this.#records.versions()];
    const newest = new Map<string, number>();
    for (const { value } of pointers) {
      const version = versions.get(value.incidentId);
      if (version !== undefined) newest.set(value.incidentId, version.revision);
    }
    this.#listed = { mark, newest };
    return newest;
  }

  /** Ids of the open incidents that this process knows. */
  openIds(): readonly string[] {
    return [...this.#knownRecords.values()]
      .filter(({ value }) => value.incident.status !== 'resolved')
      .map(({ key }) => key);
  }

  async byService(service: string, mustBeFresh: boolean): Promise<Loaded> {
    const known = mustBeFresh ? undefined : this.#knownPointers.get(service);
    // All pointers were read at the start: none is known, so probably there is none. If there is, the write meets it.
    if (known === undefined && !mustBeFresh) return { pointer: undefined, entry: undefined, isFresh: false };
    const pointer = known ?? (await this.#pointers.get(escapeToken(service)));
    if (pointer === undefined) return { pointer, entry: undefined, isFresh: true };
    this.#knownPointers.set(service, pointer);
    const { entry, isFresh, isUnreadable = false } = await this.byId(pointer.value.incidentId, mustBeFresh);
    return { pointer, entry, isFresh: isFresh && known === undefined, isUnreadable };
  }

  async byId(incidentId: string, mustBeFresh: boolean): Promise<Loaded> {
    const known = mustBeFresh ? undefined : this.#knownRecords.get(incidentId);
    if (known !== undefined) return { pointer: undefined, entry: known, isFresh: false };
    const { entry, isUnreadable } = await this.#read(incidentId);
    if (entry !== undefined && this.#isNewest(entry.value)) this.#knownRecords.set(incidentId, entry);
    return { pointer: undefined, entry, isFresh: true, isUnreadable };
  }

  async #read(incidentId: string): Promise<Required<Pick<Loaded, 'isUnreadable'>> & Pick<Loaded, 'entry'>> {
    try {
      return { entry: await this.#records.get(incidentId), isUnreadable: false };
    } catch (error) {
      if (error instanceof BadEntryError) return { entry: undefined, isUnreadable: true };
      throw error;
    }
  }

  /** Writes the next state of a known incident. False: somebody else wrote first. */
  async update(entry: Entry<IncidentRecord>, record: IncidentRecord): Promise<Entry<IncidentRecord> | undefined> {
    const beganMs = this.#now().getTime();
    const written = await this.#records.update(entry.key, record, entry.revision);
    return this.#remember(record, written, beganMs);
  }

  /** Opens an incident: first the service points to it, then it is there. A crash between the two is made good by the next signal. */
  async open(pointer: Entry<Pointer> | undefined, record: IncidentRecord): Promise<Entry<IncidentRecord> | undefined> {
    const beganMs = this.#now().getTime();
    const { id, service } = record.incident;
    if (pointer?.value.incidentId !== id) {
      const key = escapeToken(service);
      const value = { incidentId: id };
      const pointed =
        pointer === undefined
          ? await this.#pointers.create(key, value)
          : await this.#pointers.update(key, value, pointer.revision);
      if (!pointed.ok) {
        this.#knownPointers.delete(service);
        return undefined;
      }
      if (pointer !== undefined) this.#knownRecords.delete(pointer.value.incidentId);
      this.#knownPointers.set(service, { key, value, revision: pointed.revision, writtenAtMs: beganMs });
    }
    return this.#remember(record, await this.#records.create(id, record), beganMs);
  }

  /** Others may have seen it since the write began: its answer may have taken minutes. */
  #remember(record: IncidentRecord, written: WriteResult, beganMs: number): Entry<IncidentRecord> | undefined {
    const { id } = record.incident;
    if (!written.ok) {
      this.#knownRecords.delete(id);
      return undefined;
    }
    const entry = { key: id, value: record, revision: written.revision, writtenAtMs: beganMs };
    if (this.#isNewest(record)) this.#knownRecords.set(id, entry);
    return entry;
  }

  /** Memory holds the newest incident of each service, not every incident that ever was. */
  #isNewest({ incident }: IncidentRecord): boolean {
    const pointer = this.#knownPointers.get(incident.service);
    return pointer === undefined || pointer.value.incidentId === incident.id;
  }
}
