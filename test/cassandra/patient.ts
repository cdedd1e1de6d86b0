/** Settings of a node that answers also where the machine is so busy that it needs a minute: the tests are about answers. */
export const patientSettings = [
  ...[
    'read_request_timeout',
    'range_request_timeout',
    'write_request_timeout',
    'cas_contention_timeout',
    'truncate_request_timeout',
    'request_timeout',
  ].map((name) => `${name}: 120s`),
  'auto_snapshot: false',
].join('\n');
