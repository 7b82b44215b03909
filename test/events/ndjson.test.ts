import { describe, expect, test } from 'vitest';
import { decodeEvent, decodeEvents, encodeEvent } from '../../src/events/ndjson.js';
import { mixedRun } from './scripted-run.js';

const text = mixedRun.map(encodeEvent).join('');

describe('the event log on disk', () => {
  test('gives back what was written, one line an event', () => {
    expect(decodeEvents(text)).toEqual(mixedRun);
    expect(text.split('\n')).toHaveLength(mixedRun.length + 1);
  });

  test('an event with line feeds and escapes in it is one line of printable characters', () => {
    const line = encodeEvent({ v: 1, seq: 0, t: 0, type: 'warn', message: 'a\nb\r\u001b[2J' });
    expect(line).toBe('{"v":1,"seq":0,"t":0,"type":"warn","message":"a\\nb\\r\\u001b[2J"}\n');
  });

  test('a last line torn at any place is left out and the others are read', () => {
    const whole = mixedRun.length;
    const lastLine = encodeEvent(mixedRun.at(-1)!);
    for (let torn = 1; torn < lastLine.length; torn += 1) {
      // A line that only lost its line feed is whole.
      expect(decodeEvents(text.slice(0, -torn))).toHaveLength(torn === 1 ? whole : whole - 1);
    }
  });

  test.each([
    ['an unknown type', '{"v":1,"seq":0,"t":0,"type":"slurm.submit"}'],
    ['a type that is a name of every object', '{"v":1,"seq":0,"t":0,"type":"constructor"}'],
    ['another format version', '{"v":2,"seq":0,"t":0,"type":"warn","message":"m"}'],
    ['no time', '{"v":1,"seq":0,"type":"warn","message":"m"}'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['nothing', ''],
    ['bytes of something else', '\u0000\u0000'],
  ])('a line with %s is no event', (_what, line) => {
    expect(decodeEvent(line)).toBeUndefined();
  });
});
