#!/usr/bin/env bash
# Python's protobuf leaves an entry out of a map when the entry holds a field that it does not know.
#
# A careful engineer would guess: `map<string, int32>` has, as documented, the same bytes as a repeated message
# `Entry { key = 1; value = 2; }`, so one side may declare the map and the other side the message. A field that is new in
# Entry costs an old reader only that field, as in every other message.
#
# What happens: where Entry has a third field, Python's default runtime (upb) moves the whole entry, key and value included,
# into the unknown fields of the outer message. The map lacks it, and nothing is thrown. Written again, the entry is in the
# bytes as before. Python's own pure implementation does the opposite: it has the entry, and the third field is lost when
# the message is written again. @bufbuild/protobuf and protobufjs read key and value too.
#
# The documentation: the section on maps promises the equal bytes for implementations that have no maps, and the one on
# unknown fields promises that known fields are read. Neither says that an entry counts as unknown as a whole; a pull
# request of upb from 2022 calls it a gray area.
#
# Seen with: Python protobuf 7.36.2 (upb, the default, and its pure Python), @bufbuild/protobuf 2.17.0, protobufjs 8.8.1,
# Node 20.20.2, on 2026-11-29.
# Why it matters here: messages inside `lease` belong to the user. With a map on one side and pairs on the other, a peer in
# Python sees fewer entries than a peer in Node, from the same bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund @bufbuild/protobuf@2.17.0 protobufjs@8.8.1
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check protobuf==7.36.2

cat >schemas.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label as Label, FieldDescriptorProto_Type as Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import protobuf from 'protobufjs';

// The sender: a repeated message that has gained a `note`.
const sender = protobuf.parse(`syntax = "proto3";
  message Entry { string key = 1; int32 value = 2; string note = 3; }
  message Scores { repeated Entry scores = 1; }`).root.lookupType('Scores');
const scores = [{ key: 'a', value: 1 }, { key: 'b', value: 2, note: 'new' }];
const bytes = sender.encode(sender.fromObject({ scores })).finish();
writeFileSync('message.bin', bytes);

// The readers: the same field as a map.
const optional = (name, number, type) => ({ name, number, type, label: Label.OPTIONAL });
const entry = { name: 'ScoresEntry', options: { mapEntry: true }, field: [optional('key', 1, Type.STRING), optional('value', 2, Type.INT32)] };
const map = { name: 'scores', number: 1, type: Type.MESSAGE, label: Label.REPEATED, typeName: '.Scores.ScoresEntry' };
const set = create(FileDescriptorSetSchema, { file: [{ name: 'map.proto', syntax: 'proto3', messageType: [{ name: 'Scores', field: [map], nestedType: [entry] }] }] });
writeFileSync('map.binpb', toBinary(FileDescriptorSetSchema, set));

const reader = protobuf.parse('syntax = "proto3"; message Scores { map<string, int32> scores = 1; }').root.lookupType('Scores');
const show = (entries) => Object.entries(entries).map(([key, value]) => `${key}=${value}`).join(' ');
console.log('@bufbuild/protobuf:', show(fromBinary(createFileRegistry(set).getMessage('Scores'), bytes).scores));
console.log('protobufjs:', show(reader.decode(bytes).scores));
JS

cat >read.py <<'PY'
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal import api_implementation

pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(open('map.binpb', 'rb').read()).file:
    pool.Add(file)
sent = open('message.bin', 'rb').read()
message = message_factory.GetMessageClass(pool.FindMessageTypeByName('Scores')).FromString(sent)
kept = 'all bytes kept' if sorted(message.SerializeToString()) == sorted(sent) else 'bytes lost'
print(f'Python ({api_implementation.Type()}):', ' '.join(f'{key}={value}' for key, value in sorted(message.scores.items())), f'({kept})')
PY

echo "node $(node --version), @bufbuild/protobuf 2.17.0, protobufjs 8.8.1, Python protobuf $(python/bin/python -c 'import google.protobuf as p; print(p.__version__)')"
echo 'sent: a=1, and b=2 with a note; expected of each reader: a=1 b=2'
{
  node schemas.mjs
  PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=upb python/bin/python read.py
  PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python python/bin/python read.py
} | tee seen.txt
diff seen.txt - <<'EXPECTED'
@bufbuild/protobuf: a=1 b=2
protobufjs: a=1 b=2
Python (upb): a=1 (all bytes kept)
Python (python): a=1 b=2 (bytes lost)
EXPECTED
