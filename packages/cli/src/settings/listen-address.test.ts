import { describe, expect, it } from 'vitest';
import { formatListenAddress, parseListenAddress } from './listen-address.ts';

describe('a listener address', () => {
  it.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['reader.example.org:80', { host: 'reader.example.org', port: 80 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
  ])('reads %s and writes it back', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(formatListenAddress(address)).toBe(text);
  });

  it('may be off', () => {
    expect(parseListenAddress('off')).toBe('off');
  });

  it.each([
    '',
    '8080',
    ':8080',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:http',
    '127.0.0.1:-1',
    '127.0.0.1:65536',
    '127.0.0.1:080808',
    '127.0.0.300:80',
    '127.0.0.1:80/path',
    'http://127.0.0.1:80',
    '::1:8080',
    '[::1]',
    '[127.0.0.1]:80',
    '[nonsense]:80',
    'a_b:80',
    '-a:80',
    '*:80',
    'OFF',
    ' 127.0.0.1:80',
  ])('refuses "%s" and repeats it', (text) => {
    expect(() => parseListenAddress(text)).toThrow(RangeError);
    expect(() => parseListenAddress(text)).toThrow(`"${text}"`);
  });
});
