#!/usr/bin/env bash
# @bufbuild/protobuf reads a known field by its number alone and ignores the wire type that stands beside the number.
#
# A careful engineer would guess: a record whose wire type does not fit the field of this schema is an unknown field. That
# is what Google's runtimes do, and protobufjs as well. A sender with a newer schema then costs the reader one field.
#
# What happens: the bytes are read as the old type. A sender made `int32 count = 2` repeated, which proto3 packs. The reader
# with the old schema takes the length of the list for the count, and the numbers of the list for records of their own:
# here a value for the field `id` that the sender never set. Nothing is thrown. A `sfixed32` is read as a varint, likewise.
#
# The documentation: the encoding page of protobuf says that the wire type tells an old parser how far to skip. The README
# of protobuf-es promises full conformance, and does not mention a wire type that does not fit.
#
# Seen with: @bufbuild/protobuf 2.17.0, protobufjs 8.8.1, Python protobuf 7.36.2, Node 20.20.2, on 2026-11-29.
# Why it matters here: the codec is compared with @bufbuild/protobuf. Two readers that disagree on these bytes are no fault
# of the codec, and a change of a field's type in abi.proto is not safe for clients that use that runtime.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund @bufbuild/protobuf@2.17.0 protobufjs@8.8.1
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check protobuf==7.36.2

cat >descriptor.mjs <<'JS' # the old schema: message Reading { int32 id = 1; int32 count = 2; }
import { writeFileSync } from 'node:fs';
import { create, toBinary } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label as Label, FieldDescriptorProto_Type as Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const field = (name, number) => ({ name, number, type: Type.INT32, label: Label.OPTIONAL });
const message = { name: 'Reading', field: [field('id', 1), field('count', 2)] };
const set = create(FileDescriptorSetSchema, { file: [{ name: 'old.proto', syntax: 'proto3', messageType: [message] }] });
writeFileSync('old.binpb', toBinary(FileDescriptorSetSchema, set));
JS
node descriptor.mjs

cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import protobuf from 'protobufjs';

const [, , runtime, hex] = process.argv;
const bytes = Buffer.from(hex, 'hex');
const read = {
  es: () => fromBinary(createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync('old.binpb'))).getMessage('Reading'), bytes),
  js: () => protobuf.parse('syntax = "proto3"; message Reading { int32 id = 1; int32 count = 2; }').root.lookupType('Reading').decode(bytes),
};
const { id, count } = read[runtime]();
console.log(`id=${id} count=${count}`);
JS

cat >read.py <<'PY'
import sys
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(open('old.binpb', 'rb').read()).file:
    pool.Add(file)
reading = message_factory.GetMessageClass(pool.FindMessageTypeByName('Reading')).FromString(bytes.fromhex(sys.argv[1]))
print(f'id={reading.id} count={reading.count}')
PY

changed=0
check() { # what, bytes of the sender, what protobuf-es is known to read
  local es js python
  es=$(node read.mjs es "$2") js=$(node read.mjs js "$2") python=$(python/bin/python read.py "$2")
  printf '%-30s %s\n  Python protobuf    %s\n  protobufjs         %s\n  @bufbuild/protobuf %s (expected id=0 count=0)\n' "$1" "$2" "$python" "$js" "$es"
  [[ $python == 'id=0 count=0' && $js == 'id=0 count=0' && $es == "$3" ]] || changed=1
}

echo "node $(node --version), @bufbuild/protobuf 2.17.0, protobufjs 8.8.1, $(python/bin/pip list --disable-pip-version-check 2>/dev/null | grep protobuf | tr -s ' ')"
check 'repeated int32 count = [8, 5]' 12020805 'id=5 count=2'
check 'sfixed32 count = 25198721' 1581808001 'id=0 count=2097153'
exit "$changed"
