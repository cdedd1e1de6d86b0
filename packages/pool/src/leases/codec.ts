import {
  beginMessage,
  endMessage,
  FrameWriter,
  ProtobufReader,
  readText,
  tagOf,
  writeDoubleField,
  writeTextField,
  writeVarint,
  writeVarintField,
} from '@inkwire/wire';
import { type LeaseReply, type LeaseReport, refusalReasons } from '../allocator/messages.ts';

/*
 * Reports and replies ⇄ bytes: protobuf (proto3), the numbers of docs/leases.md, which never change. A field that is 0, false
 * or empty is not written; unknown fields are passed over; the last of a field wins.
 */

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;

/** Field numbers of a report. */
const reportTexts = { client: 1, incarnation: 2 } as const;
const reportIntegers = {
  epoch: 3,
  sequence: 4,
  appliedGrant: 5,
  max: 6,
  inUse: 7,
  idle: 8,
  opening: 9,
  closing: 10,
  queued: 11,
  failures: 13,
  completed: 14,
  floor: 16,
  ceiling: 17,
} as const;
const reportDoubles = { longestWaitMs: 12, serviceMs: 15, weight: 18 } as const;
const isLeavingField = 19;

/** Field numbers of a reply, and of the grant in it. */
const replyFields = {
  client: 1,
  incarnation: 2,
  epoch: 3,
  answers: 4,
  grant: 5,
  refusal: 6,
  farewell: 7,
  waitsFor: 8,
} as const;
const grantIntegers = { sequence: 1, min: 2, max: 3, floor: 5 } as const;
const grantLeaseField = 4;
const isConfirmationField = 6;

const writer = new FrameWriter();
const reader = new ProtobufReader();

/** Encodes a report. Weight 0 means 1, which is not written. */
export function encodeReport(report: LeaseReport): Uint8Array {
  return written(() => {
    for (const [name, field] of Object.entries(reportTexts))
      text(field, report[name as keyof typeof reportTexts]);
    for (const [name, field] of Object.entries(reportIntegers))
      integer(field, report[name as keyof typeof reportIntegers]);
    double(reportDoubles.longestWaitMs, report.longestWaitMs);
    double(reportDoubles.serviceMs, report.serviceMs);
    double(reportDoubles.weight, report.weight === 1 ? 0 : report.weight);
    integer(isLeavingField, report.isLeaving ? 1 : 0);
  });
}

/** Decodes a report; whether it makes sense is the allocator's to say. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeReport(bytes: Uint8Array): LeaseReport {
  const found = fieldsOf(bytes);
  const numbers = (fields: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, found.number(field)]));
  return {
    ...numbers(reportIntegers),
    ...numbers(reportDoubles),
    client: found.text(reportTexts.client),
    incarnation: found.text(reportTexts.incarnation),
    weight: found.number(reportDoubles.weight) || 1,
    isLeaving: found.number(isLeavingField) !== 0,
  } as LeaseReport;
}

/** Encodes a reply. */
export function encodeReply(reply: LeaseReply): Uint8Array {
  return written(() => {
    text(replyFields.client, reply.client);
    text(replyFields.incarnation, reply.incarnation);
    integer(replyFields.epoch, reply.epoch);
    integer(replyFields.answers, reply.answers);
    if (reply.kind === 'refusal') {
      integer(replyFields.refusal, refusalReasons.indexOf(reply.reason) + 1);
      text(replyFields.waitsFor, reply.waitsFor ?? '');
    } else if (reply.kind === 'farewell') integer(replyFields.farewell, 1);
    else {
      writeVarint(writer, tagOf(replyFields.grant));
      const begun = beginMessage(writer);
      for (const [name, field] of Object.entries(grantIntegers))
        integer(field, reply[name as keyof typeof grantIntegers]);
      double(grantLeaseField, reply.leaseMs);
      integer(isConfirmationField, reply.isConfirmation ? 1 : 0);
      endMessage(writer, begun);
    }
  });
}

/** Decodes a reply; undefined where there is none, or one of a kind that is not known here. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeReply(bytes: Uint8Array): LeaseReply | undefined {
  const found = fieldsOf(bytes);
  const answer = {
    client: found.text(replyFields.client),
    incarnation: found.text(replyFields.incarnation),
    epoch: found.number(replyFields.epoch),
    answers: found.number(replyFields.answers),
  };
  const grant = found.bytes(replyFields.grant);
  if (grant !== undefined) {
    const inner = fieldsOf(grant);
    return {
      ...answer,
      kind: 'grant',
      sequence: inner.number(grantIntegers.sequence),
      min: inner.number(grantIntegers.min),
      max: inner.number(grantIntegers.max),
      leaseMs: inner.number(grantLeaseField),
      floor: inner.number(grantIntegers.floor),
      isConfirmation: inner.number(isConfirmationField) !== 0,
    };
  }
  if (found.number(replyFields.farewell) !== 0) return { ...answer, kind: 'farewell' };
  const reason = refusalReasons[found.number(replyFields.refusal) - 1];
  const waitsFor = found.text(replyFields.waitsFor);
  return reason && { ...answer, kind: 'refusal', reason, ...(waitsFor !== '' && { waitsFor }) };
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function written(write: () => void): Uint8Array {
  writer.begin();
  try {
    write();
    return writer.payload.slice();
  } finally {
    writer.abandon();
  }
}

const text = (field: number, value: string) => writeTextField(writer, field, value);
const integer = (field: number, value: number) => writeVarintField(writer, field, value);
const double = (field: number, value: number) => writeDoubleField(writer, field, value);

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The fields of one message, by number. */
interface Fields {
  text(field: number): string;
  number(field: number): number;
  bytes(field: number): Uint8Array | undefined;
}

function fieldsOf(message: Uint8Array): Fields {
  const numbers = new Map<number, number>();
  const binaries = new Map<number, Uint8Array>();
  reader.over(message, 0, message.length);
  while (reader.more()) {
    const { field, wireType } = reader;
    if (wireType === varint) numbers.set(field, reader.uint64());
    else if (wireType === fixed64) numbers.set(field, reader.double());
    else if (wireType === lengthDelimited) binaries.set(field, reader.binary());
    else reader.skip();
  }
  return {
    text: (field) => textOf(binaries.get(field)),
    number: (field) => numbers.get(field) ?? 0,
    bytes: (field) => binaries.get(field),
  };
}

const textOf = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? '' : readText(bytes, 0, bytes.length);
