import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printer } from '../dist/cli/print.js';

function stream(isTTY) {
  const written = [];
  return { isTTY, write: (text) => written.push(text), written };
}

test('progress is for a person at a terminal and leaves no trace under the next line', () => {
  const [out, err] = [stream(true), stream(true)];
  const print = printer(out, err, {});
  print.progress('sending orders: 1 of 2');
  print.progress('sending orders: 2 of 2');
  print.line('done');
  assert.deepEqual(out.written, ['done\n']);
  const clear = '\r\u001b[2K';
  assert.deepEqual(err.written, ['sending orders: 1 of 2', clear, 'sending orders: 2 of 2', clear]);
});

test('a pipe gets neither progress nor colour, and NO_COLOR is obeyed', () => {
  for (const [tty, environment, coloured] of [
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, {}, true],
  ]) {
    const [out, err] = [stream(tty), stream(tty)];
    const print = printer(out, err, environment);
    assert.equal(print.good('x').length > 1 || print.good('x').includes('\u001b'), coloured);
    print.progress('p');
    assert.equal(err.written.length > 0, tty);
  }
});

test('a name cannot steer the terminal', () => {
  const hostile = '\u001b]0;title\u0007\u001b[2Jred\u009b31m\r\u0000';
  for (const isTTY of [true, false]) {
    const written = [];
    const stream = { isTTY, write: (text) => written.push(text) };
    const print = printer(stream, stream, {});
    print.line(print.good(hostile));
    print.problem(hostile);
    print.line('two\nlines\tand a tab');
    const colour = /^\u001b\[32m(.*)\u001b\[39m$/su;
    const [line, problem, plain] = written.map((text) => text.slice(0, -1).replace(colour, '$1'));
    assert.equal(line, '?]0;title??[2Jred?31m??');
    assert.equal(problem, line);
    assert.equal(plain, 'two\nlines\tand a tab');
  }
});
