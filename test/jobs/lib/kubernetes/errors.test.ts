import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ApiError,
  classify,
  errorFromAnswer,
  isConflict,
  isNotFound,
} from '../../../../jobs/lib/kubernetes/errors.ts';
import { failureOf } from '../../../../jobs/lib/kubernetes/failures.ts';
import { Failure, refused } from '../../../../jobs/lib/run/failure.ts';

const REQUEST = 'GET /api/v1/nodes';

const answered = (status: number, text = '', retryAfter?: string): ApiError =>
  errorFromAnswer(REQUEST, status, text, retryAfter);

const silent = new ApiError({ status: 0, reason: '', request: REQUEST, message: 'connect ECONNREFUSED' });

test('says what a Status says, or the text, or at least the number', () => {
  const status = { kind: 'Status', message: 'nodes "a" not found', reason: 'NotFound' };
  const error = answered(404, JSON.stringify(status));
  assert.equal(error.message, `${REQUEST}: 404: nodes "a" not found`);
  assert.equal(error.reason, 'NotFound');
  const others = ['Unauthorized\n', '<html>no</html>', '{"kind":"Node"}', '', ' \n', '{"kind":"Status"}'];
  assert.deepEqual(
    others.map(text => answered(401, text).message.slice(REQUEST.length)),
    [
      ': 401: Unauthorized',
      ': 401: <html>no</html>',
      ': 401: {"kind":"Node"}',
      ': 401: HTTP 401',
      ': 401: HTTP 401',
      ': 401: {"kind":"Status"}',
    ],
  );
  assert.ok(answered(502, 'x'.repeat(100_000)).message.length < 600);
});

test('reads Retry-After in seconds, and nothing else', () => {
  const headers = ['1', '0', '2.5', undefined, 'soon', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT', 'Infinity'];
  assert.deepEqual(
    headers.map(header => answered(429, '', header).retryAfterMs),
    [1_000, 0, 2_500, undefined, undefined, undefined, undefined, undefined],
  );
});

test('tries again what may pass, asks a person where rights are missing, and stops at the rest', () => {
  const classes = (statuses: readonly number[]) => [
    ...new Set(statuses.map(status => classify(answered(status)))),
  ];
  assert.deepEqual(classes([408, 429, 500, 502, 503, 504]), ['retry']);
  assert.deepEqual(classes([401, 403]), ['person']);
  assert.deepEqual(classes([400, 404, 405, 409, 410, 413, 415, 422]), ['stop']);
  assert.equal(classify(silent), 'retry');
  assert.equal(classify(new TypeError('a bug')), 'stop');
});

test('knows conflicts and what is not there', () => {
  assert.deepEqual(
    [404, 409, 410].map(status => isNotFound(answered(status))),
    [true, false, false],
  );
  assert.deepEqual(
    [404, 409, 410].map(status => isConflict(answered(status))),
    [false, true, false],
  );
  assert.equal(isNotFound(new Error('404')), false);
});

test('each error ends a run with the outcome of the job contract, and a hint', () => {
  const outcomes: readonly [unknown, string, RegExp][] = [
    [answered(401, 'Unauthorized'), 'refused', /credentials are not accepted/],
    [answered(403, 'no'), 'refused', /403: no\. Grant the right/],
    [silent, 'failed', /ECONNREFUSED\. Nothing is lost/],
    [answered(500), 'failed', /Nothing is lost/],
    [answered(429), 'failed', /Nothing is lost/],
    [answered(400), 'refused', /will not take this request/],
    [answered(413), 'refused', /will not take this request/],
    [answered(422), 'refused', /will not take this request/],
    [answered(409), 'failed', /409/],
    [answered(404), 'failed', /404/],
    [new TypeError('x is undefined'), 'failed', /^x is undefined$/],
    ['a text', 'failed', /^a text$/],
  ];
  for (const [error, outcome, text] of outcomes) {
    const failure = failureOf(error);
    assert.equal(failure.outcome, outcome, String(error));
    assert.match(failure.message, text);
  }
  const own = refused('our own');
  assert.equal(failureOf(own), own);
  assert.ok(failureOf(new TypeError('x')) instanceof Failure);
});
