// What a RocksDB consists of: its MANIFEST is a log of changes to the set of files and column
// families (db/version_edit.h).

import { Cursor, damaged } from './cursor.js';
import { logRecords } from './log-records.js';

export interface Family {
  name: string;
  /** Logs before this one are in the family's files. */
  logNumber: number;
  /** Numbers of its .sst files. */
  files: Set<number>;
}

const Tag = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactCursor: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
  minLogToKeep: 10,
  newFile2: 100,
  newFile3: 102,
  newFile4: 103,
  family: 200,
  familyAdd: 201,
  familyDrop: 202,
  maxFamily: 203,
  atomicGroup: 300,
} as const;

/** Tags with this bit are followed by bytes that may be skipped. */
const SAFE_TO_IGNORE = 1 << 13;
const COMPARATOR = 'leveldb.BytewiseComparator';

/** Column families by number. */
export function readManifest(bytes: Buffer): Map<number, Family> {
  const families = new Map<number, Family>();
  families.set(0, { name: 'default', logNumber: 0, files: new Set() });
  for (const record of logRecords(bytes)) applyEdit(new Cursor(record), families);
  return families;
}

interface Edit {
  family: number;
  add: string | undefined;
  drop: boolean;
  logNumber: number | undefined;
  files: { number: number; present: boolean }[];
}

function applyEdit(cursor: Cursor, families: Map<number, Family>): void {
  const edit: Edit = { family: 0, add: undefined, drop: false, logNumber: undefined, files: [] };
  while (!cursor.atEnd) readField(cursor, cursor.varint(), edit);
  if (edit.drop) {
    families.delete(edit.family);
    return;
  }
  if (edit.add !== undefined) {
    families.set(edit.family, { name: edit.add, logNumber: 0, files: new Set() });
  }
  const family = families.get(edit.family);
  if (!family) return;
  if (edit.logNumber !== undefined) family.logNumber = edit.logNumber;
  for (const { number, present } of edit.files) {
    if (present) family.files.add(number);
    else family.files.delete(number);
  }
}

function readField(cursor: Cursor, tag: number, edit: Edit): void {
  switch (tag) {
    case Tag.comparator:
      checkComparator(cursor.slice().toString());
      return;
    case Tag.logNumber:
      edit.logNumber = cursor.varint();
      return;
    case Tag.nextFile:
    case Tag.lastSequence:
    case Tag.previousLog:
    case Tag.minLogToKeep:
    case Tag.maxFamily:
    case Tag.atomicGroup:
      cursor.varint();
      return;
    case Tag.compactCursor:
      cursor.varint();
      cursor.slice();
      return;
    case Tag.deletedFile:
      cursor.varint();
      edit.files.push({ number: cursor.varint(), present: false });
      return;
    case Tag.newFile:
    case Tag.newFile2:
    case Tag.newFile3:
    case Tag.newFile4:
      edit.files.push({ number: readNewFile(cursor, tag), present: true });
      return;
    case Tag.family:
      edit.family = cursor.varint();
      return;
    case Tag.familyAdd:
      edit.add = cursor.slice().toString();
      return;
    case Tag.familyDrop:
      edit.drop = true;
      return;
    default:
      if ((tag & SAFE_TO_IGNORE) === 0) throw damaged(`its MANIFEST has a field ${tag}`);
      cursor.slice();
  }
}

function readNewFile(cursor: Cursor, tag: number): number {
  cursor.varint(); // level
  const number = cursor.varint();
  if (tag === Tag.newFile3) cursor.varint(); // path
  cursor.varint(); // size
  cursor.slice(); // smallest
  cursor.slice(); // and largest key
  if (tag === Tag.newFile) return number;
  cursor.varint(); // smallest
  cursor.varint(); // and largest sequence number
  if (tag !== Tag.newFile4) return number;
  while (cursor.varint() !== 1) cursor.slice(); // fields of their own, up to kTerminate
  return number;
}

function checkComparator(name: string): void {
  if (name !== COMPARATOR) throw damaged(`its keys are in the order of ${name}`);
}
